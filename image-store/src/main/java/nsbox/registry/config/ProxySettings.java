package nsbox.registry.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The user's variables for proxies, read as Go programs read them: what works for podman and
/// docker works here.
///
/// `ALL_PROXY` is curl's: it serves where the variable of the scheme is not set.
///
/// @spec https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
final class ProxySettings {
  private static final Set<String> SCHEMES = Set.of("http", "https", "socks5", "socks5h");

  private final Places places;

  ProxySettings(Places places) {
    this.places = places;
  }

  /// The proxy for a URI of http or https; empty to connect directly.
  Optional<ProxyRule> proxyFor(URI uri) throws InvalidConfigurationException {
    boolean https = "https".equalsIgnoreCase(uri.getScheme());
    List<String> names =
        https
            ? List.of("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
            : List.of("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy");
    for (String name : names) {
      Optional<String> value = places.variable(name);
      if (value.isPresent()) {
        int port = uri.getPort() >= 0 ? uri.getPort() : https ? 443 : 80;
        return isDirect(uri.getHost(), port)
            ? Optional.empty()
            : Optional.of(rule(value.get(), new Origin(name, 0)));
      }
    }
    return Optional.empty();
  }

  private boolean isDirect(String uriHost, int port) {
    String host = AddressBlock.host(uriHost).toLowerCase(Locale.ROOT);
    if (AddressBlock.isLoopback(host.indexOf(':') >= 0 ? "[" + host + "]" : host)) {
      return true;
    }
    String exceptions =
        places.variable("NO_PROXY").or(() -> places.variable("no_proxy")).orElse("");
    Optional<InetAddress> address = AddressBlock.address(host);
    for (String raw : exceptions.split(",")) {
      String entry = raw.strip().toLowerCase(Locale.ROOT);
      if (!entry.isEmpty() && excepts(entry, host, address, port)) {
        return true;
      }
    }
    return false;
  }

  private static boolean excepts(
      String entry, String host, Optional<InetAddress> address, int port) {
    if (entry.equals("*")) {
      return true;
    }
    Optional<AddressBlock> block = AddressBlock.parse(entry);
    if (block.isPresent()) {
      return address.filter(block.get()::holds).isPresent();
    }
    String name = entry;
    /* An IPv6 address has colons of its own; only behind brackets can a port follow. */
    int colon = entry.lastIndexOf(':');
    boolean ported =
        colon >= 0 && AddressBlock.address(entry).isEmpty() && colon > entry.lastIndexOf(']');
    if (ported) {
      if (!entry.substring(colon + 1).equals(Integer.toString(port))) {
        return false;
      }
      name = entry.substring(0, colon);
    }
    Optional<InetAddress> named = AddressBlock.address(name);
    if (named.isPresent()) {
      return named.equals(address);
    }
    if (name.startsWith("*.")) {
      name = name.substring(1);
    }
    return name.startsWith(".")
        ? host.endsWith(name)
        : !name.isEmpty() && (host.equals(name) || host.endsWith("." + name));
  }

  /// The value is never told: it may hold a password.
  private static ProxyRule rule(String value, Origin origin) throws InvalidConfigurationException {
    URI uri = parse(value.indexOf("://") < 0 ? "http://" + value : value, origin);
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    if (!SCHEMES.contains(scheme) || uri.getHost() == null) {
      throw new InvalidConfigurationException(
          origin, "expected http://, https:// or socks5:// and a host");
    }
    int port = uri.getPort();
    if (port < 0) {
      port = scheme.equals("http") ? 80 : scheme.equals("https") ? 443 : 1080;
    }
    Optional<Credential> credential = Optional.empty();
    String user = uri.getRawUserInfo();
    if (user != null) {
      int colon = user.indexOf(':');
      credential =
          Optional.of(
              new Credential(
                  decoded(colon < 0 ? user : user.substring(0, colon), origin),
                  new Secret(colon < 0 ? "" : decoded(user.substring(colon + 1), origin)),
                  false,
                  origin));
    }
    return new ProxyRule(scheme, AddressBlock.host(uri.getHost()), port, credential, origin);
  }

  private static URI parse(String text, Origin origin) throws InvalidConfigurationException {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      /* The cause quotes the text. */
      throw new InvalidConfigurationException(origin, "is not a URL");
    }
  }

  private static String decoded(String text, Origin origin) throws InvalidConfigurationException {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationException(origin, "has a % that no two digits follow");
    }
  }
}
