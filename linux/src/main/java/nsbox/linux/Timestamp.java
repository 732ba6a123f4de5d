package nsbox.linux;

/// A point in time as the kernel keeps it.
///
/// @param seconds since 1970, negative before; file systems clamp what they cannot hold
/// @param nanos 0..999999999, always forward in time
public record Timestamp(long seconds, int nanos) {
  public static final Timestamp EPOCH = new Timestamp(0, 0);
}
