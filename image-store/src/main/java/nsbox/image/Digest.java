package nsbox.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The name of content by its hash: of a blob's bytes as stored, or of an uncompressed layer.
///
/// No value of this type exists that was not checked, so its parts may stand in a path.
///
/// @param algorithm `sha256`, `sha512` or `blake3`
/// @param hex 64 lower-case hexadecimal digits, 128 for `sha512`
/// @spec https://github.com/opencontainers/image-spec/blob/main/descriptor.md#registered-algorithms
///   Digests
public record Digest(String algorithm, String hex) {
  private static final int SHORT_LENGTH = 12;

  /// @throws IllegalArgumentException if the parts do not make a digest
  public Digest {
    String problem = problemOf(algorithm, hex);
    if (problem != null) {
      throw new IllegalArgumentException(problem);
    }
  }

  /// Reads `algorithm:hex`.
  ///
  /// @throws InvalidDigestException if it is anything else, or an algorithm that is not known here
  public static Digest parse(String text) throws InvalidDigestException {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new InvalidDigestException(text, "it has no colon after the algorithm");
    }
    String algorithm = text.substring(0, colon);
    String hex = text.substring(colon + 1);
    String problem = problemOf(algorithm, hex);
    if (problem != null) {
      throw new InvalidDigestException(text, problem);
    }
    return new Digest(algorithm, hex);
  }

  /// The SHA-256 digest of these bytes.
  public static Digest sha256(byte[] bytes) {
    byte[] hash =
        bytes.length <= SmallSha256.MAX_BYTES
            ? SmallSha256.hash(bytes)
            : hasher("sha256").digest(bytes);
    return finish("sha256", hash);
  }

  /// The digest of these bytes, by this digest's algorithm.
  public Digest ofSameAlgorithm(byte[] bytes) {
    return algorithm.equals("sha256") ? sha256(bytes) : finish(algorithm, hasher().digest(bytes));
  }

  /// A fresh hash of this digest's algorithm.
  public MessageDigest hasher() {
    return hasher(algorithm);
  }

  /// What a hash of this digest's algorithm came to.
  public Digest finished(MessageDigest hasher) {
    return finish(algorithm, hasher.digest());
  }

  /// The first 12 digits, as people are shown them.
  public String shortHex() {
    return hex.substring(0, SHORT_LENGTH);
  }

  /// Written out, as is the hash code: linking what the compiler generates for a record costs a
  /// cold JVM 10 ms, and no AOT cache keeps it.
  @Override
  public boolean equals(Object other) {
    return other instanceof Digest digest
        && algorithm.equals(digest.algorithm)
        && hex.equals(digest.hex);
  }

  @Override
  public int hashCode() {
    return hex.hashCode();
  }

  @Override
  public String toString() {
    return algorithm + ":" + hex;
  }

  public static boolean isHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  private static String problemOf(String algorithm, String hex) {
    int length;
    if (algorithm.equals("sha256") || algorithm.equals("blake3")) {
      length = 64;
    } else if (algorithm.equals("sha512")) {
      length = 128;
    } else {
      return "the algorithm is none of sha256, sha512 and blake3";
    }
    if (hex.length() != length) {
      return algorithm + " has " + length + " digits, this has " + hex.length();
    }
    return isHex(hex) ? null : "not all digits are 0-9 or a-f";
  }

  private static MessageDigest hasher(String algorithm) {
    if (algorithm.equals("blake3")) {
      return Blake3.hasher();
    }
    try {
      return MessageDigest.getInstance(algorithm.equals("sha256") ? "SHA-256" : "SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256 and SHA-512", e);
    }
  }

  private static Digest finish(String algorithm, byte[] hash) {
    char[] hex = new char[hash.length * 2];
    for (int i = 0; i < hash.length; i++) {
      hex[2 * i] = Character.forDigit(hash[i] >> 4 & 0xf, 16);
      hex[2 * i + 1] = Character.forDigit(hash[i] & 0xf, 16);
    }
    return new Digest(algorithm, new String(hex));
  }
}
