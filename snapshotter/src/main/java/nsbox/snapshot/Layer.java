package nsbox.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.Supplier;
import nsbox.linux.Sha256;

/// One layer of an image, to be unpacked.
///
/// @param mediaType of the blob; the compression is read from its first bytes, as all peers do
/// @param digest of the bytes as stored, which names the layer in failures
/// @param diffId of the uncompressed tar; checked before the snapshot becomes visible
/// @param sizeBytes length of the blob, which bounds how far it may expand
/// @param blob opens the bytes as stored; the caller of `open` closes them
/// @param blobDigest makes what the bytes as stored are compared with `digest` by, together with
///   their length, before the snapshot becomes visible; null where that was done before
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md
public record Layer(
    String mediaType,
    String digest,
    String diffId,
    long sizeBytes,
    Source blob,
    Supplier<MessageDigest> blobDigest,
    Supplier<MessageDigest> tarDigest) {

  /// Where the bytes come from, opened when they are needed, each time from their start.
  ///
  /// The bytes may still be on their way: a read then waits for them, ends with an `IOException` if
  /// they will not come, and as soon as its thread is interrupted.
  @FunctionalInterface
  public interface Source {
    InputStream open() throws IOException;

    /// Told when somebody else unpacks the layer, in a thread of its own. Bytes that others wait
    /// for until they are read here must now be let through, however long that takes: else those
    /// who unpack it might wait for them, and this process for the snapshot.
    ///
    /// [#open] may still follow, if they fail.
    default void leaveToOthers() throws IOException {
      // Bytes that are there hold up nobody.
    }
  }

  /// A layer of a blob that is in the store, and so was compared before; its diff ID is a SHA-256
  /// or SHA-512.
  public Layer(String mediaType, String digest, String diffId, long sizeBytes, Source blob) {
    this(mediaType, digest, diffId, sizeBytes, blob, null, () -> messageDigest(diffId));
  }

  /// This layer, its diff ID of an algorithm that the caller knows.
  public Layer diffIdBy(Supplier<MessageDigest> algorithm) {
    return new Layer(mediaType, digest, diffId, sizeBytes, blob, blobDigest, algorithm);
  }

  /// This layer, its blob to be compared on the way: for blobs that just come.
  ///
  /// @throws IllegalArgumentException if the digest is neither SHA-256 nor SHA-512; for others see
  ///   [#compared(Supplier)]
  public Layer compared() {
    String algorithm = digest.substring(0, digest.indexOf(':') + 1);
    return switch (algorithm) {
      case "sha256:", "sha512:" -> compared(() -> messageDigest(digest));
      default -> throw new IllegalArgumentException("digest " + digest);
    };
  }

  /// As [#compared()], by an algorithm that the caller knows.
  public Layer compared(Supplier<MessageDigest> algorithm) {
    return new Layer(mediaType, digest, diffId, sizeBytes, blob, algorithm, tarDigest);
  }

  /// @param digest in the specification's form; only its algorithm counts
  static MessageDigest messageDigest(String digest) {
    String algorithm = digest.substring(0, digest.indexOf(':') + 1);
    try {
      return switch (algorithm) {
        case "sha256:" -> Sha256.create();
        case "sha512:" -> MessageDigest.getInstance("SHA-512");
        default -> throw new IllegalArgumentException("digest " + digest);
      };
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
