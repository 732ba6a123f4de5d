package nsbox.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/// Where the download of one blob lies, in `ingest/partial`: its bytes, and which of them have
/// come.
record DownloadFiles(Path ingest, Digest digest) {
  private static final String PARTIAL = "partial";

  static Path partialFolder(Path ingest) {
    return ingest.resolve(PARTIAL);
  }

  Path data() {
    return partialFolder(ingest).resolve(name());
  }

  Path marks() {
    return partialFolder(ingest).resolve(name() + ".chunks");
  }

  /// One file for the locks of all downloads; it stays.
  Path locks() {
    return partialFolder(ingest).resolve("locks");
  }

  void makeFolders() throws IOException {
    StoreFiles.makeFolders(partialFolder(ingest));
  }

  FileChannel openData() throws IOException {
    return open(data());
  }

  FileChannel openMarks() throws IOException {
    return open(marks());
  }

  /// The caller holds the lock.
  void deletePartial() throws IOException {
    Files.deleteIfExists(marks());
    Files.deleteIfExists(data());
  }

  private String name() {
    return digest.algorithm() + "-" + digest.hex();
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            LinkOption.NOFOLLOW_LINKS),
        StoreFiles.FILE_MODE);
  }
}
