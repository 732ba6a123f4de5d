package nsbox.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.ImageManifest;
import nsbox.image.ImageNotFoundException;
import nsbox.image.ImageStore;
import nsbox.image.InvalidReferenceException;
import nsbox.image.MediaType;
import nsbox.image.Reference;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// What the store holds beside images: manifests whose config is not a container image's.
public final class Artifacts {

  private final ImageStore store;

  public Artifacts(ImageStore store) {
    this.store = store;
  }

  /// One artifact.
  ///
  /// @param type the manifest's, or that of its config
  public record Stored(
      Optional<Reference> name, Descriptor descriptor, ImageManifest manifest, String type) {
    /// Length of its files together.
    public long bytes() {
      return manifest.layers().stream().mapToLong(Descriptor::sizeBytes).sum();
    }
  }

  public List<Stored> list() throws IOException {
    List<Stored> artifacts = new ArrayList<>();
    for (Descriptor entry : store.entries()) {
      if (MediaType.isManifest(entry.mediaType())) {
        read(entry).ifPresent(artifacts::add);
      }
    }
    return artifacts;
  }

  /// @param nameOrDigest a name, a digest, or the beginning of one that no other begins with
  /// @throws ImageNotFoundException if there is none
  public Stored get(String nameOrDigest) throws IOException {
    List<Stored> found = new ArrayList<>();
    Optional<Reference> wanted = reference(nameOrDigest);
    String hex = nameOrDigest.substring(nameOrDigest.indexOf(':') + 1);
    for (Stored artifact : list()) {
      if (wanted.isPresent() && artifact.name().equals(wanted)) {
        return artifact;
      }
      if (hex.length() >= 2 && artifact.descriptor().digest().hex().startsWith(hex)) {
        found.add(artifact);
      }
    }
    if (found.stream().map(a -> a.descriptor().digest()).distinct().count() != 1) {
      throw new ImageNotFoundException(nameOrDigest);
    }
    return found.getFirst();
  }

  /// Takes an artifact's name, or all entries of one that was found by digest, out of the store.
  public void remove(Stored artifact, boolean byName) throws IOException {
    String name = artifact.name().map(Reference::toString).orElse("");
    store.remove(entry ->
        entry.digest().equals(artifact.descriptor().digest())
            && (!byName || name.equals(entry.annotation(ImageStore.REF_NAME))));
  }

  private Optional<Stored> read(Descriptor entry) throws IOException {
    byte[] bytes = store.blobs().document(entry);
    ImageManifest manifest = ImageManifest.parse(entry, bytes);
    if (manifest.isImage()) {
      return Optional.empty();
    }
    JsonObject json = Json.parse(bytes, "manifest " + entry.digest());
    String type = json.optionalString("artifactType").orElse(manifest.config().mediaType());
    String name = entry.annotation(ImageStore.REF_NAME);
    return Optional.of(
        new Stored(name == null ? Optional.empty() : reference(name), entry, manifest, type));
  }

  private static Optional<Reference> reference(String text) {
    try {
      return Optional.of(Reference.parse(text));
    } catch (InvalidReferenceException e) {
      return Optional.empty();
    }
  }
}
