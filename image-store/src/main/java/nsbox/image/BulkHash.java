package nsbox.image;

import java.security.MessageDigest;
import nsbox.linux.Sha256;

/// Hashes for many bytes.
///
/// The JDK's SHA-256 is slow until its best compiler has seen it, which the planner does without:
/// 125 MB/s, where libcrypto reaches 1,500 from the first byte. Loading that costs more than it
/// brings below a megabyte.
final class BulkHash {
  private static final long FEW_BYTES = 1 << 20;

  private BulkHash() {}

  /// A fresh hash for so many bytes, of a digest's algorithm.
  static MessageDigest of(Digest digest, long sizeBytes) {
    boolean many = sizeBytes > FEW_BYTES && digest.algorithm().equals("sha256");
    return many ? Sha256.create() : digest.hasher();
  }
}
