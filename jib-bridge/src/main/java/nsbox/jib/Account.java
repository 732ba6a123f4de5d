package nsbox.jib;

/// What a registry is told about who asks.
///
/// @param username `<token>` where the secret is an identity token, as in docker's `config.json`
/// @param secret a password or an identity token
public record Account(String username, String secret) {

  /// Without the secret: accounts end up in logs.
  @Override
  public String toString() {
    return "Account[" + username + "]";
  }
}
