package nsbox.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The blobs that come from elsewhere piece by piece, and survive the process that fetches them.
public final class Downloads {
  /// 1 TiB. What came of a blob is noted in memory, so its size is not taken on trust.
  static final long MAX_BYTES = 1L << 40;

  private final DiskBlobStore store;
  private final Path ingest;

  Downloads(DiskBlobStore store, Path ingest) {
    this.store = store;
    this.ingest = ingest;
  }

  /// Opens a blob that was found right, wherever it is by now: not yet published, or in the store.
  public InputStream read(Descriptor blob) throws IOException {
    try {
      return Files.newInputStream(new DownloadFiles(ingest, blob.digest()).data());
    } catch (NoSuchFileException e) {
      return store.open(blob);
    }
  }

  /// Whether another process seems to have the download of a blob.
  public boolean isBusy(Descriptor blob) throws IOException {
    DownloadFiles files = new DownloadFiles(ingest, blob.digest());
    files.makeFolders();
    FileLock lock = DownloadLock.tryTake(files.locks(), blob.digest());
    if (lock != null) {
      lock.release();
    }
    return lock == null;
  }

  /// Takes over the download of a blob. Of one blob this process opens one at a time.
  ///
  /// @param waiting told once if another process has it and must be waited for
  /// @return null if the blob is in the store by now
  /// @throws LimitExceededException if it says that it is larger than any real one
  public Download open(Descriptor blob, Runnable waiting) throws IOException {
    if (blob.sizeBytes() > MAX_BYTES) {
      throw new LimitExceededException(
          "bytes of blob " + blob.digest(), MAX_BYTES, blob.sizeBytes());
    }
    DownloadFiles files = new DownloadFiles(ingest, blob.digest());
    files.makeFolders();
    FileLock lock = DownloadLock.take(files.locks(), blob.digest(), waiting);
    try {
      if (store.contains(blob)) {
        files.deletePartial();
        lock.release();
        return null;
      }
      return new Download(blob, files, lock);
    } catch (IOException | RuntimeException e) {
      lock.release();
      throw e;
    }
  }

  /// Moves blobs that were found right into the store; they are on the disk then.
  ///
  /// A blob that the store has is left alone: nobody checked what may lie here of it, and it goes.
  ///
  /// @throws CorruptStoreException if one has neither come nor is in the store
  public void publish(Collection<Descriptor> blobs) throws IOException {
    Set<Path> folders = new HashSet<>();
    for (Descriptor blob : blobs) {
      if (store.contains(blob)) {
        if (Files.exists(new DownloadFiles(ingest, blob.digest()).data())) {
          sweepPartial(blob.digest(), true);
        }
        continue;
      }
      Path target = store.path(blob.digest());
      if (Download.publish(new DownloadFiles(ingest, blob.digest()), target)) {
        folders.add(target.getParent());
      } else if (!store.contains(blob)) {
        throw new CorruptStoreException(
            target, blob.sizeBytes() + " bytes with " + blob.digest(), "missing");
      }
    }
    for (Path folder : folders) {
      StoreFiles.forceFolder(folder);
    }
  }

  /// Removes what nobody fetches or waits for.
  ///
  /// @param leased what living processes work with
  /// @param age how long it must have been left alone
  /// @return how many bytes that were
  long sweep(Set<Digest> leased, Duration age, boolean remove) throws IOException {
    Instant limit = Instant.now().minus(age);
    long bytes = 0;
    for (Path file : files(DownloadFiles.partialFolder(ingest))) {
      Digest digest = digest(file);
      if (digest != null && !leased.contains(digest) && isOlder(file, limit)) {
        bytes += sweepPartial(digest, remove);
      }
    }
    return bytes;
  }

  private long sweepPartial(Digest digest, boolean remove) throws IOException {
    DownloadFiles files = new DownloadFiles(ingest, digest);
    FileLock lock;
    try {
      lock = DownloadLock.tryTake(files.locks(), digest);
    } catch (OverlappingFileLockException e) {
      // This very process fetches it.
      return 0;
    }
    if (lock == null) {
      return 0;
    }
    try (lock) {
      long bytes = Files.exists(files.data()) ? Files.size(files.data()) : 0;
      if (remove) {
        files.deletePartial();
      }
      return bytes;
    }
  }

  private static boolean isOlder(Path file, Instant limit) throws IOException {
    try {
      return !Files.getLastModifiedTime(file).toInstant().isAfter(limit);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
        entries.forEach(files::add);
      }
    }
    return files;
  }

  /// @return null where the name is no blob's
  private static Digest digest(Path file) {
    String name = file.getFileName().toString();
    try {
      return Digest.parse(name.replace('-', ':'));
    } catch (InvalidDigestException e) {
      return null;
    }
  }
}
