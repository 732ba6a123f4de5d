package nsbox.registry;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import nsbox.registry.config.Endpoint;
import nsbox.registry.config.Server;

/// The way to registries and their repositories. One for a whole command: connections, tokens, and
/// what was learned about servers are shared. Safe for threads.
public final class Repositories {
  private final Redirects redirects;
  private final Retries retries;
  private final TokenCache tokens = new TokenCache();
  private final ConcurrentMap<Server, String> schemes = new ConcurrentHashMap<>();

  /// @param notices hears each retry as one sentence, from any thread
  public Repositories(Connections connections, Limits limits, Consumer<String> notices) {
    this.redirects = new Redirects(new Transport(connections, limits));
    this.retries = new Retries(limits, notices);
  }

  /// Nothing is sent before the first call. Needs no closing.
  public Repository open(Endpoint endpoint, Credentials credentials) {
    return new RemoteRepository(
        new RepositoryCalls(session(endpoint.server(), credentials), endpoint));
  }

  public Registry registry(Server server, Credentials credentials) {
    return new Registry(session(server, credentials));
  }

  private Session session(Server server, Credentials credentials) {
    Access access = new Access(server, credentials, redirects, tokens);
    return new Session(server, access, redirects, retries, schemes);
  }
}
