package nsbox.registry.config;

import java.util.Optional;

/// The proxy that a request goes through.
///
/// @param scheme `http`, `https`, `socks5` or `socks5h`: how the proxy itself is spoken to
/// @param credential from the URL
/// @param origin the variable that names it
public record ProxyRule(
    String scheme, String host, int port, Optional<Credential> credential, Origin origin) {}
