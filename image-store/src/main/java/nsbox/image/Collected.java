package nsbox.image;

import java.io.IOException;
import java.util.List;

/// What a clean-up removed, or would remove, in bytes.
///
/// @param blobBytes of blobs that nothing leads to
/// @param downloadBytes of downloads that nobody goes on with
/// @param siblingBytes of what is derived from images, and whose images are gone
public record Collected(long blobBytes, long downloadBytes, long siblingBytes) {

  public long bytes() {
    return blobBytes + downloadBytes + siblingBytes;
  }

  /// Whoever keeps things derived from images, such as unpacked layers.
  @FunctionalInterface
  public interface Sibling {

    /// Removes, or only counts, what belongs to none of these images.
    ///
    /// @param images the diff IDs of each image in use, lowest layer first
    /// @return how many bytes that was
    long collect(List<List<Digest>> images, boolean remove) throws IOException;
  }
}
