package nsbox.registry.config;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import nsbox.image.Reference;
import nsbox.registry.config.RegistriesConf.Alias;
import nsbox.registry.config.RegistriesConf.Helpers;
import nsbox.registry.config.RegistriesConf.Search;

/// What the user has configured about registries: for podman and skopeo, for docker, or for
/// containerd; all of it holds.
///
/// Where several speak about one registry, the first of these decides which servers are asked: the
/// `[[registry]]` of registries.conf, containerd's hosts.toml, docker's `registry-mirrors`. Files
/// are read when they are needed, once; absent ones cost a look. Not safe for threads.
public final class RegistryConfig {
  private final Surroundings surroundings;
  private final Overrides overrides;
  private final Places places;
  private final HelperPrograms helpers;
  private final AuthFiles authFiles;
  private Optional<RegistriesConf> registries = Optional.empty();
  private Optional<DaemonJson> daemon = Optional.empty();

  private RegistryConfig(Surroundings surroundings, Overrides overrides) {
    this.surroundings = surroundings;
    this.overrides = overrides;
    this.places = new Places(surroundings);
    this.helpers = new HelperPrograms(surroundings);
    this.authFiles = new AuthFiles(places, overrides, helpers);
  }

  /// The configuration that holds for a user; reads nothing yet.
  public static RegistryConfig load(Surroundings surroundings) throws IOException {
    return new RegistryConfig(surroundings, Overrides.NONE);
  }

  /// The same, under the options of a command.
  public RegistryConfig with(Overrides options) {
    return new RegistryConfig(surroundings, options);
  }

  /// Where an image is to be pulled from: mirrors in their order, then the registry's own server.
  ///
  /// An endpoint may lack [Endpoint.Use#RESOLVE]: it is not to be asked what a tag stands for.
  ///
  /// @return at least one
  /// @throws BlockedRegistryException if the user forbids the registry
  public List<Endpoint> pullEndpoints(Reference reference) throws IOException {
    return endpoints().pull(reference);
  }

  /// Where an image is to be pushed to: never a mirror.
  ///
  /// @throws BlockedRegistryException if the user forbids the registry
  /// @throws NoPushServerException if hosts.toml allows no server
  public Endpoint pushEndpoint(Reference reference) throws IOException {
    return endpoints().push(reference);
  }

  /// The server to show a credential to before it is kept: the registry's own, whatever mirrors and
  /// locations there are.
  ///
  /// @param reference any image of the registry, or of the namespace that is logged in to
  /// @throws BlockedRegistryException if the user forbids the registry
  public Server loginServer(Reference reference) throws IOException {
    return endpoints().login(reference);
  }

  /// Who to be for a server; empty to be nobody.
  ///
  /// @param repository as the server calls it; may be empty
  /// @throws HelperFailedException if a helper that is meant cannot be asked
  public Optional<Credential> credential(Server server, String repository) throws IOException {
    if (overrides.credential().isPresent()) {
      return overrides.credential();
    }
    Optional<Helpers> configured = registries().helpers();
    if (configured.isEmpty()) {
      return authFiles.find(server.host(), repository);
    }
    for (String name : configured.get().names()) {
      Optional<Credential> found =
          name.equals(RegistriesConf.AUTH_FILES)
              ? authFiles.find(server.host(), repository)
              : helpers.get(name, AuthKeys.helperUrls(server.host()), configured.get().origin());
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /// What a name may mean, in the order to try: itself where it names a registry; else its alias;
  /// else the registries to search; else docker.io. Nobody is asked, whatever `short-name-mode`
  /// says.
  ///
  /// @return at least one
  /// @throws nsbox.image.InvalidReferenceException if it is no name
  /// @throws UnresolvedShortNameException if the list of registries to search is empty
  public List<Reference> candidates(String name) throws IOException {
    Reference asDocker = Reference.parse(name);
    if (!ShortName.is(name)) {
      return List.of(asDocker);
    }
    RegistriesConf conf = registries();
    ShortName shortName = ShortName.of(name);
    Optional<Alias> alias =
        Optional.ofNullable(conf.aliases().get(shortName.name()))
            .filter(a -> !a.target().isEmpty());
    if (alias.isPresent()) {
      return List.of(Reference.parse(alias.get().target() + shortName.suffix()));
    }
    if (conf.search().isEmpty()) {
      return List.of(asDocker);
    }
    Search search = conf.search().get();
    if (search.registries().isEmpty()) {
      throw new UnresolvedShortNameException(name, search.origin());
    }
    List<Reference> candidates = new ArrayList<>();
    for (String registry : search.registries()) {
      candidates.add(Reference.parse(registry + "/" + name));
    }
    return candidates;
  }

  /// The proxy for a request; empty to connect directly.
  public Optional<ProxyRule> proxyFor(URI uri) throws IOException {
    return new ProxySettings(places).proxyFor(uri);
  }

  /// Which file and line supplied what for an image, one sentence a line; never a secret.
  public List<String> explain(Reference reference) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Endpoint endpoint : pullEndpoints(reference)) {
      Server server = endpoint.server();
      lines.add(
          server.host()
              + server.basePath()
              + "/"
              + endpoint.repository()
              + " for "
              + EnumSet.copyOf(endpoint.uses())
              + " by "
              + server.protocol()
              + ": "
              + server.origin());
      lines.add(
          "  certificates "
              + (server.tls().verify() ? "verified" : "not verified")
              + ": "
              + server.tls().origin());
      Optional<Credential> credential = credential(server, endpoint.repository());
      lines.add(
          credential.isEmpty()
              ? "  no credential"
              : "  credential of "
                  + (credential.get().identityToken() ? "a token" : credential.get().username())
                  + ": "
                  + credential.get().origin());
    }
    lines.addAll(registries().notes());
    lines.addAll(endpoints().notes(reference));
    lines.addAll(authFiles.notes());
    return lines;
  }

  private Endpoints endpoints() throws IOException {
    if (daemon.isEmpty()) {
      daemon = Optional.of(DaemonJson.load(places));
    }
    return new Endpoints(
        places, registries(), daemon.get(), new Servers(places, overrides, daemon.get()));
  }

  private RegistriesConf registries() throws IOException {
    if (registries.isEmpty()) {
      registries = Optional.of(RegistriesConf.load(places));
    }
    return registries.get();
  }
}
