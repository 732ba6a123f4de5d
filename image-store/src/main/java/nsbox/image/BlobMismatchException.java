package nsbox.image;

import java.util.Optional;

/// Bytes that came are not the bytes that their descriptor announced.
public final class BlobMismatchException extends ImageException {
  private static final long serialVersionUID = 1L;

  private final String origin;
  private final transient Descriptor expected;
  private final long actualBytes;
  private final transient Optional<Digest> actualDigest;

  public BlobMismatchException(
      String origin, Descriptor expected, long actualBytes, Optional<Digest> actualDigest) {
    super(
        origin
            + " should be "
            + expected.sizeBytes()
            + " bytes with "
            + expected.digest()
            + "; "
            + (actualDigest.isEmpty() ? "more than that came" : found(actualBytes, actualDigest)));
    this.origin = origin;
    this.expected = expected;
    this.actualBytes = actualBytes;
    this.actualDigest = actualDigest;
  }

  private static String found(long actualBytes, Optional<Digest> actualDigest) {
    return actualBytes + " bytes with " + actualDigest.get() + " came";
  }

  /// Where the bytes came from: a path or a registry.
  public String origin() {
    return origin;
  }

  public Descriptor expected() {
    return expected;
  }

  /// How many bytes came; where there were too many, how many of them were looked at.
  public long actualBytes() {
    return actualBytes;
  }

  /// Empty where there were too many bytes, because the rest was not read.
  public Optional<Digest> actualDigest() {
    return actualDigest;
  }
}
