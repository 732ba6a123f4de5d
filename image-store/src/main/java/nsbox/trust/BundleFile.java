package nsbox.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.image.Digest;

/// One sigstore bundle in a file of the user's.
///
/// @param file at most [Signature#MAX_BYTES] long
public record BundleFile(Path file) implements SignatureSource {
  @Override
  public List<Signature> signaturesOf(Digest manifest) throws IOException {
    String origin = file.toString();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(Signature.MAX_BYTES + 1);
      return List.of(
          bytes.length > Signature.MAX_BYTES
              ? new Signature.Unreadable(origin, "longer than " + Signature.MAX_BYTES + " bytes")
              : new Signature.Bundle(origin, bytes));
    }
  }
}
