package nsbox.registry;

import java.io.IOException;
import java.net.Proxy;
import java.net.URI;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// How servers are connected to; what the configuration says about certificates and proxies.
public interface Connections {
  /// The JDK's own authorities, and no proxy.
  Connections PLAIN = target -> new Route(Optional.empty(), true, Proxy.NO_PROXY, Optional.empty());

  /// Asked for every server on the way: the registry, its token server, and where they redirect to.
  ///
  /// @param target an http or https address
  Route to(URI target) throws IOException;

  /// One way to a server.
  ///
  /// @param tls the same object for the same server, so that connections can be kept; empty for the
  ///   JDK's own
  /// @param verifyHost whether the certificate must name the host
  /// @param proxyAuthorization the header `Proxy-Authorization`, of the scheme Basic
  record Route(
      Optional<SSLContext> tls,
      boolean verifyHost,
      Proxy proxy,
      Optional<String> proxyAuthorization) {}
}
