package nsbox.engine;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import nsbox.registry.Connections;
import nsbox.registry.config.Credential;
import nsbox.registry.config.ProxyRule;
import nsbox.registry.config.RegistryConfig;
import nsbox.registry.config.Server;
import nsbox.registry.config.Surroundings;
import nsbox.registry.config.Tls;
import nsbox.registry.config.TlsContexts;

/// Certificates and proxies as they are configured, for every server on the way.
final class ConfiguredConnections implements Connections {
  private final RegistryConfig config;
  private final TlsContexts contexts;
  private final Map<String, Tls> rules = new HashMap<>();
  private final Map<Tls, TlsContexts.Context> made = new HashMap<>();

  ConfiguredConnections(RegistryConfig config, Surroundings surroundings) {
    this.config = config;
    this.contexts = new TlsContexts(surroundings);
  }

  /// A server that is going to be asked, and may have rules of its own.
  synchronized void expect(Server server) {
    rules.put(server.host(), server.tls());
  }

  @Override
  public synchronized Route to(URI target) throws IOException {
    Optional<ProxyRule> rule = config.proxyFor(target);
    Proxy proxy = rule.isEmpty() ? Proxy.NO_PROXY : proxy(rule.get());
    Optional<String> authorization =
        rule.flatMap(ProxyRule::credential).map(ConfiguredConnections::basic);
    if (!target.getScheme().equals("https")) {
      return new Route(Optional.empty(), true, proxy, authorization);
    }
    Tls tls = rules.getOrDefault(target.getAuthority(), Tls.DEFAULT);
    TlsContexts.Context context = made.get(tls);
    if (context == null) {
      context = contexts.context(tls);
      made.put(tls, context);
    }
    return new Route(Optional.of(context.ssl()), context.checksHostName(), proxy, authorization);
  }

  private static Proxy proxy(ProxyRule rule) throws IOException {
    Proxy.Type type =
        switch (rule.scheme()) {
          case "http" -> Proxy.Type.HTTP;
          case "socks5", "socks5h" -> Proxy.Type.SOCKS;
          default ->
              throw new IOException(
                  rule.origin() + ": a proxy by " + rule.scheme() + " is not supported; use http");
        };
    return new Proxy(type, InetSocketAddress.createUnresolved(rule.host(), rule.port()));
  }

  private static String basic(Credential credential) {
    String pair = credential.username() + ":" + credential.secret().reveal();
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }
}
