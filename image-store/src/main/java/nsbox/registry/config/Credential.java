package nsbox.registry.config;

/// Who asks a registry, and by whose word.
///
/// @param username empty where `secret` is an identity token
/// @param secret a password, or docker's `identitytoken`
/// @param identityToken whether the secret is to be exchanged for an access token by OAuth 2
/// @param origin the file or helper that supplied it
public record Credential(String username, Secret secret, boolean identityToken, Origin origin) {}
