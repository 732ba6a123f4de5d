package nsbox.registry.config;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.image.Reference;
import nsbox.registry.config.Endpoint.Use;

/// Finds the servers for a reference: by registries.conf, else by hosts.toml, else by docker's
/// mirrors, else the registry's own alone.
final class Endpoints {
  private static final Set<Use> PULL = EnumSet.of(Use.PULL, Use.RESOLVE);
  private static final Set<Use> ALL = EnumSet.allOf(Use.class);

  private final Places places;
  private final RegistriesConf registries;
  private final DaemonJson daemon;
  private final Servers servers;

  Endpoints(Places places, RegistriesConf registries, DaemonJson daemon, Servers servers) {
    this.places = places;
    this.registries = registries;
    this.daemon = daemon;
    this.servers = servers;
  }

  List<Endpoint> pull(Reference reference) throws IOException {
    Optional<RegistryRule> rule = rule(reference);
    if (rule.isPresent()) {
      List<Endpoint> endpoints = new ArrayList<>();
      for (RegistryRule.Mirror mirror : rule.get().mirrors()) {
        if (mirror.use().covers(reference)) {
          String to = rule.get().rewritten(reference, mirror.location());
          endpoints.add(at(to, mirror.insecure(), mirror.origin(), PULL));
        }
      }
      endpoints.add(own(rule.get(), reference));
      return endpoints;
    }
    Optional<HostsToml> hosts = HostsToml.load(places, reference.registry());
    return hosts.isPresent() ? listed(hosts.get(), reference) : plain(reference);
  }

  Endpoint push(Reference reference) throws IOException {
    Optional<RegistryRule> rule = rule(reference);
    if (rule.isPresent()) {
      return own(rule.get(), reference);
    }
    Optional<HostsToml> hosts = HostsToml.load(places, reference.registry());
    if (hosts.isEmpty()) {
      return plain(reference).getLast();
    }
    for (HostsToml.Host host : hosts.get().hosts()) {
      if (host.uses().contains(Use.PUSH)) {
        return listed(host, reference);
      }
    }
    throw new NoPushServerException(reference, Places.at(hosts.get().file()));
  }

  /// The registry's own server, by the name that it is logged in to: mirrors and other locations
  /// have credentials of their own.
  ///
  /// @param reference any image of the registry, or of the namespace that is logged in to
  Server login(Reference reference) throws IOException {
    String host = DockerHub.server(reference.registry());
    Optional<RegistryRule> rule = rule(reference);
    Optional<HostsToml> hosts =
        rule.isPresent() ? Optional.empty() : HostsToml.load(places, reference.registry());
    if (hosts.isPresent()) {
      for (HostsToml.Host listed : hosts.get().hosts().reversed()) {
        Server server = servers.listed(listed, reference.registry());
        if (server.host().equals(host)) {
          return server;
        }
      }
    }
    boolean insecure = rule.isPresent() && rule.get().insecure();
    return servers.named(host, insecure, rule.map(RegistryRule::origin).orElse(Origin.DEFAULT));
  }

  /// What of the hosts.toml for this reference was ignored.
  List<String> notes(Reference reference) throws IOException {
    return HostsToml.load(places, reference.registry()).map(HostsToml::notes).orElse(List.of());
  }

  private Optional<RegistryRule> rule(Reference reference) throws BlockedRegistryException {
    Optional<RegistryRule> rule = registries.rule(reference);
    if (rule.isPresent() && rule.get().blocked()) {
      throw new BlockedRegistryException(reference, rule.get().prefix(), rule.get().origin());
    }
    return rule;
  }

  private Endpoint own(RegistryRule rule, Reference reference) throws IOException {
    String to = rule.rewritten(reference, rule.location());
    return at(to, rule.insecure(), rule.origin(), ALL);
  }

  /// @param name host and repository
  private Endpoint at(String name, boolean insecure, Origin origin, Set<Use> uses)
      throws IOException {
    int slash = name.indexOf('/');
    if (slash < 1) {
      throw new InvalidConfigurationException(
          origin, "the location leads to \"" + name + "\", which is no repository of a registry");
    }
    String registry = name.substring(0, slash);
    String repository = name.substring(slash + 1);
    if (DockerHub.is(registry) && repository.indexOf('/') < 0) {
      repository = "library/" + repository;
    }
    Server server = servers.named(registry, insecure, origin);
    return new Endpoint(server, repository, Optional.empty(), uses);
  }

  private List<Endpoint> listed(HostsToml hosts, Reference reference) throws IOException {
    List<Endpoint> endpoints = new ArrayList<>();
    for (HostsToml.Host host : hosts.hosts()) {
      if (host.uses().contains(Use.PULL) || host.uses().contains(Use.RESOLVE)) {
        endpoints.add(listed(host, reference));
      }
    }
    if (endpoints.isEmpty()) {
      throw new InvalidConfigurationException(
          Places.at(hosts.file()), "names no host that may be pulled from");
    }
    return endpoints;
  }

  private Endpoint listed(HostsToml.Host host, Reference reference) throws IOException {
    Server server = servers.listed(host, reference.registry());
    boolean other = !server.host().equals(DockerHub.server(reference.registry()));
    return new Endpoint(
        server,
        reference.repository(),
        other ? Optional.of(reference.registry()) : Optional.empty(),
        host.uses());
  }

  private List<Endpoint> plain(Reference reference) throws IOException {
    List<Endpoint> endpoints = new ArrayList<>();
    if (reference.registry().equals(DockerHub.NAME)) {
      for (DaemonJson.Mirror mirror : daemon.mirrors()) {
        Server server = servers.mirror(mirror);
        endpoints.add(new Endpoint(server, reference.repository(), Optional.empty(), PULL));
      }
    }
    endpoints.add(at(reference.name(), false, Origin.DEFAULT, ALL));
    return endpoints;
  }
}
