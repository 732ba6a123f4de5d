package nsbox.archive;

import java.io.IOException;
import java.io.InputStream;

/// Where the files of an archive or a layout go, one after the other.
interface SaveTarget {

  void folder(String name) throws IOException;

  /// @param sizeBytes how many bytes come; another number is an error
  void file(String name, long sizeBytes, InputStream bytes) throws IOException;
}
