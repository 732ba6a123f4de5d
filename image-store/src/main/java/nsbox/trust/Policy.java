package nsbox.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.image.Reference;
import nsbox.json.Json;
import nsbox.registry.RawManifest;
import nsbox.registry.config.Surroundings;

/// Which images may be used, in the words of containers-policy.json(5).
///
/// Only the most specific scope that an image is in counts, and all that it asks for must hold.
/// Where there is no file every image is accepted, as docker does; podman and skopeo then refuse
/// all. A file that is there and cannot be understood allows nothing.
///
/// @spec https://github.com/containers/image/blob/main/docs/containers-policy.json.5.md
public final class Policy {
  private static final Path USER_FILE = Path.of(".config", "containers", "policy.json");
  private static final String SYSTEM_FILE = "etc/containers/policy.json";

  private final String file;
  private final List<Requirement> fallback;
  private final Map<String, Map<String, List<Requirement>>> transports;

  Policy(
      String file,
      List<Requirement> fallback,
      Map<String, Map<String, List<Requirement>>> transports) {
    this.file = file;
    this.fallback = fallback;
    this.transports = transports;
  }

  /// Reads the file that the user names; or else that of the user, or else that of the system.
  ///
  /// @throws TrustException.PolicyFile if it is not a policy, or the named one is missing
  public static Policy load(Surroundings surroundings, Optional<Path> named) throws IOException {
    PolicyReader reader = new PolicyReader(surroundings.cwd());
    if (named.isPresent()) {
      Path path = surroundings.cwd().resolve(named.get());
      Optional<Policy> policy = read(reader, path);
      if (policy.isEmpty()) {
        throw new TrustException.PolicyFile(
            path.toString(), path + ": there is no such file", null);
      }
      return policy.get();
    }
    String home = surroundings.environment().getOrDefault("HOME", "");
    if (!home.isEmpty()) {
      Optional<Policy> own = read(reader, surroundings.cwd().resolve(home).resolve(USER_FILE));
      if (own.isPresent()) {
        return own.get();
      }
    }
    Optional<Policy> system = read(reader, surroundings.systemRoot().resolve(SYSTEM_FILE));
    return system.orElseGet(Policy::acceptingAll);
  }

  private static Policy acceptingAll() {
    return new Policy("default", List.of(new Requirement.AcceptAnything()), Map.of());
  }

  private static Optional<Policy> read(PolicyReader reader, Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return Optional.of(reader.read(in.readNBytes(Json.MAX_BYTES + 1), path.toString()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /// The file it was read from; `default` where there is none. For `--debug`.
  public String file() {
    return file;
  }

  /// As below, for an image of a registry.
  ///
  /// @param manifest what the tag points at: an image's manifest, or the index
  public void check(Reference wanted, RawManifest manifest, SignatureSource signatures)
      throws IOException {
    check(ImageLocation.registry(wanted), List.of(manifest), signatures);
  }

  /// Returns if the image may be used. Signatures are looked for only where they are asked for.
  ///
  /// @param manifests from what the tag points at to the image: an index, and then the manifest
  ///   that was chosen from it. A signature of either is enough; see [SignatureCheck#check]
  /// @throws TrustException if it may not, or if that cannot be told
  public void check(ImageLocation image, List<RawManifest> manifests, SignatureSource signatures)
      throws IOException {
    for (Requirement requirement : requirements(image)) {
      requirement.check(image, manifests, signatures);
    }
  }

  private List<Requirement> requirements(ImageLocation image) {
    Map<String, List<Requirement>> scopes = transports.getOrDefault(image.transport(), Map.of());
    for (String scope : image.scopes()) {
      if (scopes.containsKey(scope)) {
        return scopes.get(scope);
      }
    }
    return scopes.getOrDefault("", fallback);
  }
}
