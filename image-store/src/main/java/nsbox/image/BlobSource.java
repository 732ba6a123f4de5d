package nsbox.image;

import java.io.IOException;
import java.io.InputStream;

/// Where blobs can be read: a store, or a layout that is being imported.
public interface BlobSource {

  /// Opens a blob. The caller closes the stream and checks what it reads.
  ///
  /// @throws ImageException if the blob is not there, or is not a plain file
  InputStream open(Descriptor blob) throws IOException;

  /// Reads a manifest, index or config whole, checked against size and digest.
  ///
  /// @throws LimitExceededException if it is announced as longer than [Manifest#MAX_BYTES]
  /// @throws ImageException if it is not there, or not the bytes that the descriptor announced
  byte[] document(Descriptor blob) throws IOException;
}
