package nsbox.snapshot;

import java.util.Arrays;

/// Bytes of a name or path as a key of maps and sets. The bytes must not change afterwards.
record Name(byte[] bytes) {
  @Override
  public boolean equals(Object other) {
    return other instanceof Name name && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
