package nsbox.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/// Where the download of one blob lies: `ingest/partial` while it arrives, `ingest/complete` once
/// it was checked.
record DownloadFiles(Path ingest, Digest digest) {
  private static final String PARTIAL = "partial";
  private static final String COMPLETE = "complete";

  static Path partialFolder(Path ingest) {
    return ingest.resolve(PARTIAL);
  }

  static Path completeFolder(Path ingest) {
    return ingest.resolve(COMPLETE);
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

  Path complete() {
    return completeFolder(ingest).resolve(name());
  }

  void makeFolders() throws IOException {
    StoreFiles.makeFolders(partialFolder(ingest));
    StoreFiles.makeFolders(completeFolder(ingest));
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
