package nsbox.image;

import java.security.MessageDigest;
import org.bouncycastle.crypto.digests.Blake3Digest;

/// BLAKE3 with 32 bytes of output, which no JDK has.
///
/// In a class of its own, so that Bouncy Castle is loaded by whoever meets such a digest and by
/// nobody else: it would cost every command milliseconds.
///
/// @spec https://github.com/BLAKE3-team/BLAKE3-specs BLAKE3
final class Blake3 extends MessageDigest {
  private static final int OUTPUT_BYTES = 32;

  private final Blake3Digest digest = new Blake3Digest(OUTPUT_BYTES * Byte.SIZE);

  private Blake3() {
    super("BLAKE3-256");
  }

  /// Not a constructor for callers: to check one, the JVM would load this class with the caller.
  static MessageDigest hasher() {
    return new Blake3();
  }

  @Override
  protected int engineGetDigestLength() {
    return OUTPUT_BYTES;
  }

  @Override
  protected void engineUpdate(byte input) {
    digest.update(input);
  }

  @Override
  protected void engineUpdate(byte[] input, int offset, int length) {
    digest.update(input, offset, length);
  }

  /* Bouncy Castle starts afresh after this by itself, as MessageDigest promises. */
  @Override
  protected byte[] engineDigest() {
    byte[] hash = new byte[OUTPUT_BYTES];
    digest.doFinal(hash, 0);
    return hash;
  }

  @Override
  protected void engineReset() {
    digest.reset();
  }
}
