package nsbox.trust;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.json.JsonException;
import nsbox.registry.BlobRange;
import nsbox.registry.Repository;

/// Signatures in the repository of the image: under cosign's tag, and among its referrers.
///
/// A registry that cannot be asked is an error, not an image without signatures.
public final class RegistrySignatures implements SignatureSource {
  private static final int MAX_TAG = 128;

  private final Repository repository;

  public RegistrySignatures(Repository repository) {
    this.repository = repository;
  }

  @Override
  public List<Signature> signaturesOf(Digest manifest) throws IOException {
    List<Signature> found = new ArrayList<>();
    String tag = SignatureManifest.tagOf(manifest);
    /* That of a SHA-512 digest is longer than a tag may be. */
    if (tag.length() <= MAX_TAG && repository.resolve(tag).isPresent()) {
      add(tag, repository.name() + ":" + tag, found);
    }
    for (Descriptor referrer : repository.referrers(manifest, Optional.empty()).manifests()) {
      String name = repository.name() + "@" + referrer.digest();
      if (found.size() > MAX_SIGNATURES) {
        break;
      }
      try {
        String type = referrer.toJson().optionalString("artifactType").orElse("");
        if (SignatureManifest.isArtifactType(type)) {
          add(referrer.digest().toString(), name, found);
        }
      } catch (JsonException e) {
        found.add(new Signature.Unreadable(name, e.getMessage()));
      }
    }
    return List.copyOf(found);
  }

  private void add(String reference, String name, List<Signature> found) throws IOException {
    SignatureManifest signatures = new SignatureManifest(name, this::open);
    found.addAll(signatures.read(repository.manifest(reference).bytes()));
  }

  private InputStream open(Descriptor blob) throws IOException {
    BlobRange range = repository.blob(blob, 0, blob.sizeBytes());
    return new FilterInputStream(range.bytes()) {
      @Override
      public void close() throws IOException {
        range.close();
      }
    };
  }
}
