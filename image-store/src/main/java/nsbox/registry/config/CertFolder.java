package nsbox.registry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.registry.config.Tls.Identity;

/// A folder of certificates for one registry: `*.crt` are authorities, `*.cert` with the `*.key` of
/// the same name are what the client shows.
///
/// @spec https://github.com/containers/image/blob/v5.24.0/docs/containers-certs.d.5.md
record CertFolder(Path folder, List<Path> authorities, List<Identity> identities) {

  /// The folder for a host: the first of the user's own, the system's, docker's and containerd's.
  ///
  /// @param host with its port; docker.io has its folder under either of its names
  static Optional<CertFolder> find(Places places, String host) throws IOException {
    List<Path> roots = new ArrayList<>();
    places.home(".config/containers/certs.d").ifPresent(roots::add);
    roots.add(places.system("etc/containers/certs.d"));
    roots.add(places.system("etc/docker/certs.d"));
    List<String> names =
        host.equals(DockerHub.SERVER) ? List.of(DockerHub.NAME, host) : List.of(host);
    for (Path root : roots) {
      for (String name : names) {
        if (Files.isDirectory(root.resolve(name))) {
          return Optional.of(read(root.resolve(name)));
        }
      }
    }
    /* containerd reads certificates where its folder has no hosts.toml. */
    Optional<Path> containerd = HostsToml.folder(places, names.getFirst());
    if (containerd.isPresent() && !Files.exists(containerd.get().resolve("hosts.toml"))) {
      return Optional.of(read(containerd.get()));
    }
    return Optional.empty();
  }

  /// @throws InvalidConfigurationException if a certificate or a key is without the other
  static CertFolder read(Path folder) throws IOException {
    List<Identity> identities = new ArrayList<>();
    for (Path certificate : Places.list(folder, ".cert")) {
      Path key = sibling(certificate, ".cert", ".key");
      if (!Files.exists(key)) {
        throw new InvalidConfigurationException(
            Places.at(certificate), "the key " + key.getFileName() + " is missing beside it");
      }
      identities.add(new Identity(certificate, key));
    }
    for (Path key : Places.list(folder, ".key")) {
      Path certificate = sibling(key, ".key", ".cert");
      if (!Files.exists(certificate)) {
        throw new InvalidConfigurationException(
            Places.at(key),
            "the certificate " + certificate.getFileName() + " is missing beside it");
      }
    }
    return new CertFolder(folder, Places.list(folder, ".crt"), identities);
  }

  boolean isEmpty() {
    return authorities.isEmpty() && identities.isEmpty();
  }

  private static Path sibling(Path file, String ending, String other) {
    String name = file.getFileName().toString();
    return file.resolveSibling(name.substring(0, name.length() - ending.length()) + other);
  }
}
