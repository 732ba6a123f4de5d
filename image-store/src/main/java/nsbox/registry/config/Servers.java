package nsbox.registry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.registry.config.DaemonJson.Insecure;
import nsbox.registry.config.Server.Protocol;

/// Decides for a host which protocols it may speak and which certificates it must show.
///
/// In this order: the options; what the rule that leads to the host says; docker's
/// `insecure-registries`; its folder of certificates; loopback; https.
final class Servers {
  private static final Origin OPTION = new Origin("--tls-verify", 0);
  private static final Origin LOOPBACK = new Origin("loopback address", 0);

  private final Places places;
  private final Overrides overrides;
  private final DaemonJson daemon;

  Servers(Places places, Overrides overrides, DaemonJson daemon) {
    this.places = places;
    this.overrides = overrides;
    this.daemon = daemon;
  }

  /// A server that is named by host alone, as in references and registries.conf.
  ///
  /// @param insecure whether the rule allows wrong certificates and plain http
  /// @param rule that leads to it
  Server named(String registry, boolean insecure, Origin rule) throws IOException {
    String host = DockerHub.server(registry);
    Optional<CertFolder> folder = certificates(host);
    if (insecure && followsConfiguration()) {
      return server(host, Protocol.HTTPS_THEN_HTTP, tls(false, folder, rule), rule);
    }
    return server(host, Protocol.HTTPS, tls(true, folder, Origin.DEFAULT), rule);
  }

  /// A mirror of docker's, with a scheme.
  Server mirror(DaemonJson.Mirror mirror) throws IOException {
    Server plain = named(mirror.host(), false, mirror.origin());
    Protocol protocol = mirror.http() ? Protocol.HTTP : Protocol.HTTPS;
    return new Server(
        plain.host(),
        mirror.basePath(),
        protocol(protocol),
        plain.tls(),
        Map.of(),
        mirror.origin());
  }

  /// A host of a hosts.toml.
  ///
  /// @param registry whose file it is: the host where the file names none
  Server listed(HostsToml.Host host, String registry) throws IOException {
    boolean own = host.address().isEmpty();
    Server plain = named(own ? registry : host.address(), false, host.origin());
    Tls tls = plain.tls();
    if (host.explicitTls()) {
      tls =
          new Tls(
              overrides.tlsVerify().orElse(host.tls().verify()),
              both(host.tls().authorities(), tls.authorities()),
              both(host.tls().identities(), tls.identities()),
              host.origin());
    } else if (!own && tls.origin().equals(LOOPBACK)) {
      /* containerd is lenient to loopback only where the file does not say https. */
      tls = Tls.DEFAULT;
    }
    Protocol protocol = own && !host.explicitTls() ? plain.protocol() : protocol(host.protocol());
    return new Server(plain.host(), host.basePath(), protocol, tls, host.headers(), host.origin());
  }

  private Server server(String host, Protocol protocol, Tls tls, Origin rule) {
    if (isLoose()) {
      Tls loose = new Tls(false, tls.authorities(), tls.identities(), OPTION);
      return new Server(host, "/v2", Protocol.HTTPS_THEN_HTTP, loose, Map.of(), rule);
    }
    if (protocol == Protocol.HTTPS && followsConfiguration()) {
      Optional<Insecure> insecure = daemon.insecure(host);
      if (insecure.isPresent()) {
        Tls unchecked =
            new Tls(false, tls.authorities(), tls.identities(), insecure.get().origin());
        return new Server(host, "/v2", Protocol.HTTPS_THEN_HTTP, unchecked, Map.of(), rule);
      }
      boolean own = !tls.authorities().isEmpty() || !tls.identities().isEmpty();
      if (!own && AddressBlock.isLoopback(host)) {
        /* As docker and containerd have it: where plain http will do, so will any certificate. */
        Tls unchecked = new Tls(false, List.of(), List.of(), LOOPBACK);
        return new Server(host, "/v2", Protocol.HTTPS_THEN_HTTP, unchecked, Map.of(), rule);
      }
    }
    return new Server(host, "/v2", protocol, tls, Map.of(), rule);
  }

  private boolean isLoose() {
    return overrides.tlsVerify().equals(Optional.of(false));
  }

  /// False where `--tls-verify` decides, whatever the configuration allows.
  private boolean followsConfiguration() {
    return overrides.tlsVerify().isEmpty();
  }

  private Protocol protocol(Protocol configured) {
    if (isLoose()) {
      return configured == Protocol.HTTP ? Protocol.HTTP : Protocol.HTTPS_THEN_HTTP;
    }
    return followsConfiguration() ? configured : Protocol.HTTPS;
  }

  private Optional<CertFolder> certificates(String host) throws IOException {
    Optional<Path> chosen = overrides.certFolder();
    if (chosen.isPresent() && !Files.isDirectory(chosen.get())) {
      throw new InvalidConfigurationException(
          new Origin("--cert-dir", 0), "there is no folder " + chosen.get());
    }
    return chosen.isPresent()
        ? Optional.of(CertFolder.read(chosen.get()))
        : CertFolder.find(places, host);
  }

  private static Tls tls(boolean verify, Optional<CertFolder> folder, Origin rule) {
    if (folder.isEmpty() || folder.get().isEmpty()) {
      return verify ? Tls.DEFAULT : new Tls(false, List.of(), List.of(), rule);
    }
    Origin origin = verify ? Places.at(folder.get().folder()) : rule;
    return new Tls(verify, folder.get().authorities(), folder.get().identities(), origin);
  }

  private static <T> List<T> both(List<T> first, List<T> second) {
    List<T> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
