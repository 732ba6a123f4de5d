package nsbox.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import nsbox.image.Reference;
import nsbox.registry.Credentials;
import nsbox.registry.Limits;
import nsbox.registry.Registry;
import nsbox.registry.Repositories;
import nsbox.registry.Repository;
import nsbox.registry.config.Credential;
import nsbox.registry.config.Endpoint;
import nsbox.registry.config.Overrides;
import nsbox.registry.config.RegistryConfig;
import nsbox.registry.config.Server;
import nsbox.registry.config.Surroundings;
import nsbox.transfer.Source;

/// Registries as the user has configured them, ready to be asked.
public final class Registries {
  private final RegistryConfig config;
  private final ConfiguredConnections connections;
  private final Repositories repositories;

  /// @param notes told of every request that is tried again
  public Registries(
      Surroundings surroundings, Overrides overrides, Limits limits, Consumer<String> notes)
      throws IOException {
    this.config = RegistryConfig.load(surroundings).with(overrides);
    this.connections = new ConfiguredConnections(config, surroundings);
    this.repositories = new Repositories(connections, limits, notes);
  }

  public RegistryConfig config() {
    return config;
  }

  public Repositories repositories() {
    return repositories;
  }

  /// Where to pull from, in the order in which they are asked.
  public List<Source> sources(Reference reference) throws IOException {
    List<Source> sources = new ArrayList<>();
    for (Endpoint endpoint : config.pullEndpoints(reference)) {
      sources.add(
          new Source(
              open(endpoint),
              endpoint.uses().contains(Endpoint.Use.RESOLVE),
              endpoint.uses().contains(Endpoint.Use.PULL)));
    }
    return sources;
  }

  /// Where to push to.
  public Repository target(Reference reference) throws IOException {
    return open(config.pushEndpoint(reference));
  }

  /// Returns if a server takes a credential, or wants none.
  ///
  /// @throws IOException if it refuses it, or cannot be asked
  public static void checkLogin(Surroundings surroundings, Server server, Credential credential)
      throws IOException {
    Registries registries =
        new Registries(surroundings, Overrides.NONE, Limits.DEFAULT.withRetries(1), _ -> {});
    registries.connections.expect(server);
    registries.repositories.registry(server, () -> Optional.of(credential)).ping();
  }

  /// The registry as a whole that an image of this name would be pushed to.
  public Registry registry(Reference reference) throws IOException {
    Endpoint endpoint = config.pushEndpoint(reference);
    connections.expect(endpoint.server());
    return repositories.registry(endpoint.server(), credentials(endpoint, ""));
  }

  private Repository open(Endpoint endpoint) {
    connections.expect(endpoint.server());
    return repositories.open(endpoint, credentials(endpoint, endpoint.repository()));
  }

  private Credentials credentials(Endpoint endpoint, String repository) {
    return () -> {
      synchronized (config) {
        return config.credential(endpoint.server(), repository);
      }
    };
  }
}
