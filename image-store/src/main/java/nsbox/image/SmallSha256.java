package nsbox.image;

import java.util.Arrays;

/// SHA-256 of a few kilobytes, for a JVM that has just begun.
///
/// The first `MessageDigest` of a process sets up the JDK's security providers, which takes longer
/// than the whole of reading an image from the store (15 ms against 5 ms, with an AOT cache). Per
/// byte the JDK is many times faster, so everything longer is left to it.
///
/// @spec https://doi.org/10.6028/NIST.FIPS.180-4 FIPS 180-4, sections 4.1.2, 5.1.1 and 6.2
final class SmallSha256 {
  /// Above this many bytes the JDK's hash is the better one.
  static final int MAX_BYTES = 32 << 10;

  private static final int BLOCK_BYTES = 64;
  private static final int[] ROUND_CONSTANTS = new int[64];
  private static final int[] INITIAL = new int[8];

  static {
    // The first 32 bits behind the point of the roots of the first primes: cube roots of 64 of
    // them,
    // square roots of 8. A double has 52 bits, and the roots need 3 and 5 before the point.
    int found = 0;
    for (int candidate = 2; found < ROUND_CONSTANTS.length; candidate++) {
      if (isPrime(candidate)) {
        if (found < INITIAL.length) {
          INITIAL[found] = fraction(Math.sqrt(candidate));
        }
        ROUND_CONSTANTS[found++] = fraction(Math.cbrt(candidate));
      }
    }
  }

  private SmallSha256() {}

  static byte[] hash(byte[] bytes) {
    byte[] padded = padded(bytes);
    int[] state = INITIAL.clone();
    int[] schedule = new int[64];
    for (int start = 0; start < padded.length; start += BLOCK_BYTES) {
      expand(padded, start, schedule);
      compress(schedule, state);
    }
    byte[] hash = new byte[32];
    for (int i = 0; i < hash.length; i++) {
      hash[i] = (byte) (state[i / 4] >>> 24 - 8 * (i % 4));
    }
    return hash;
  }

  /// A one bit, zeros, and the length in bits as 64 bits, up to a multiple of 64 bytes.
  private static byte[] padded(byte[] bytes) {
    int blocks = (bytes.length + 8) / BLOCK_BYTES + 1;
    byte[] padded = Arrays.copyOf(bytes, blocks * BLOCK_BYTES);
    padded[bytes.length] = (byte) 0x80;
    long bits = 8L * bytes.length;
    for (int i = 0; i < 8; i++) {
      padded[padded.length - 1 - i] = (byte) (bits >>> 8 * i);
    }
    return padded;
  }

  private static void expand(byte[] bytes, int start, int[] w) {
    for (int t = 0; t < 16; t++) {
      int at = start + 4 * t;
      w[t] =
          bytes[at] << 24
              | (bytes[at + 1] & 0xff) << 16
              | (bytes[at + 2] & 0xff) << 8
              | bytes[at + 3] & 0xff;
    }
    for (int t = 16; t < 64; t++) {
      int x = w[t - 15];
      int y = w[t - 2];
      int s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
      int s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
      w[t] = s1 + w[t - 7] + s0 + w[t - 16];
    }
  }

  private static void compress(int[] w, int[] state) {
    int a = state[0];
    int b = state[1];
    int c = state[2];
    int d = state[3];
    int e = state[4];
    int f = state[5];
    int g = state[6];
    int h = state[7];
    for (int t = 0; t < 64; t++) {
      int s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
      int t1 = h + s1 + (e & f ^ ~e & g) + ROUND_CONSTANTS[t] + w[t];
      int s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
      int t2 = s0 + (a & b ^ a & c ^ b & c);
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + t2;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }

  private static boolean isPrime(int candidate) {
    for (int i = 2; i * i <= candidate; i++) {
      if (candidate % i == 0) {
        return false;
      }
    }
    return true;
  }

  private static int fraction(double root) {
    return (int) (long) ((root - Math.floor(root)) * (1L << 32));
  }
}
