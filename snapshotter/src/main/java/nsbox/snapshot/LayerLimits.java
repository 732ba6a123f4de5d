package nsbox.snapshot;

/// How far a layer may expand, so that a small blob cannot fill the disk.
///
/// Bytes count as they stand in the uncompressed archive, and holes of sparse files with them.
/// Entries are those of the archive, and directories that no entry describes.
///
/// @param leastBytes what any layer may expand to, however small its blob is
/// @param ratio how many times the length of its blob a layer may expand to, where that is more
/// @param entries at most
public record LayerLimits(long leastBytes, long ratio, long entries) {
  /// 1 GiB or a hundred times the blob; two million entries.
  public static final LayerLimits DEFAULT = new LayerLimits(1L << 30, 100, 2_000_000);

  /// For layers that nobody else has written.
  public static final LayerLimits NONE = new LayerLimits(Long.MAX_VALUE, 0, Long.MAX_VALUE);

  /// A limit that the user can set.
  public enum Limit {
    BYTES,
    ENTRIES
  }

  public LayerLimits {
    if (leastBytes < 0 || ratio < 0 || entries < 0) {
      throw new IllegalArgumentException("a negative limit");
    }
  }

  /// These limits, with the same number of bytes for blobs of all lengths.
  public LayerLimits withBytes(long bytes) {
    return new LayerLimits(bytes, 0, entries);
  }

  public LayerLimits withEntries(long entries) {
    return new LayerLimits(leastBytes, ratio, entries);
  }

  /// @param blobBytes length of the layer as stored
  long bytesFor(long blobBytes) {
    boolean overflows = ratio > 0 && blobBytes > Long.MAX_VALUE / ratio;
    return overflows ? Long.MAX_VALUE : Math.max(leastBytes, ratio * blobBytes);
  }
}
