package nsbox.registry.config;

import java.util.Map;

/// One server that speaks the distribution protocol.
///
/// @param host name or address, with a port where it is not the scheme's own
/// @param basePath what comes before the repository: `/v2` as a rule; hosts.toml may change it
/// @param protocol which of http and https may be spoken
/// @param headers sent with every request, from hosts.toml
/// @param origin of the rule that leads here
public record Server(
    String host,
    String basePath,
    Protocol protocol,
    Tls tls,
    Map<String, String> headers,
    Origin origin) {

  /// Which protocols are tried, in this order.
  public enum Protocol {
    HTTPS,
    HTTP,
    /// For loopback addresses and for registries that are configured as insecure.
    HTTPS_THEN_HTTP
  }
}
