package nsbox.snapshot;

import java.util.Arrays;

/// Bytes of a name or path as a key of maps and sets. The bytes must not change afterwards.
///
/// They have an order because a layer may be full of names of the same hash code: a map then still
/// finds them quickly.
record Name(byte[] bytes) implements Comparable<Name> {
  @Override
  public boolean equals(Object other) {
    return other instanceof Name name && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public int compareTo(Name other) {
    return Arrays.compare(bytes, other.bytes);
  }
}
