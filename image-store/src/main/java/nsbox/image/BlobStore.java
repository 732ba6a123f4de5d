package nsbox.image;

import java.io.IOException;
import java.io.InputStream;

/// Bytes on disk, named by their digest.
///
/// A blob appears whole or not at all, also after a crash or a power cut. Processes that put the
/// same blob at once all succeed, and one copy stays. A blob never changes once it is there, so
/// readers need no lock.
public interface BlobStore extends BlobSource {

  /// Whether a blob of this digest and size is there. The bytes are not read.
  boolean contains(Descriptor blob) throws IOException;

  /// Stores `bytes` and checks them against `expected` on the way. Does not close `bytes`.
  ///
  /// Returning means "the content is in the store", not "this call put it there".
  ///
  /// @throws BlobMismatchException if length or digest differ; nothing is kept
  void put(Descriptor expected, InputStream bytes) throws IOException;
}
