package nsbox.image;

import java.io.IOException;

/// Why an image could not be named, found, read or stored.
///
/// Each kind carries the facts; the message is one plain sentence made of them. A disk that is full
/// or a file that may not be read stays an ordinary [IOException].
public abstract sealed class ImageException extends IOException
    permits AmbiguousImageException,
        BlobMismatchException,
        BrokenLayoutException,
        CorruptStoreException,
        ImageNotFoundException,
        InvalidDigestException,
        InvalidDocumentException,
        InvalidReferenceException,
        LimitExceededException,
        PlatformMissingException,
        UnsupportedManifestException {
  private static final long serialVersionUID = 1L;

  ImageException(String message) {
    super(message);
  }

  ImageException(String message, Throwable cause) {
    super(message, cause);
  }
}
