package nsbox.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A folder in which blobs are gathered and checked before the store shows any of them.
///
/// The folder is named after this process, so that [#sweep] of another one can tell that it was
/// left behind. What is staged, and what was found in the store instead, is leased: until this is
/// closed no clean-up takes it. So names are given before closing. Closing removes what was not
/// published. For one thread.
public final class Ingest implements AutoCloseable {
  private final DiskBlobStore store;
  private final Path folder;
  private final Path lockFile;
  private final Map<Digest, Path> staged = new LinkedHashMap<>();

  private Ingest(DiskBlobStore store, Path folder, Path lockFile) {
    this.store = store;
    this.folder = folder;
    this.lockFile = lockFile;
  }

  static Ingest open(DiskBlobStore store, Path parent, Path lockFile) throws IOException {
    StoreFiles.makeFolders(parent);
    String owner = IngestOwner.self();
    int number = 0;
    while (true) {
      Path folder = parent.resolve(owner + "-" + number);
      try {
        StoreFiles.makeFolder(folder);
        return new Ingest(store, folder, lockFile);
      } catch (FileAlreadyExistsException e) {
        number++;
      }
    }
  }

  /// A path in this folder for a file that is renamed to its place later.
  public Path file(String name) {
    return folder.resolve(name);
  }

  /// Whether the store has a blob; if so it stays there until this is closed.
  public boolean finds(Descriptor blob) throws IOException {
    lease(List.of(blob));
    return store.contains(blob);
  }

  /// Keeps blobs from being cleaned away, whether they are there already or will be.
  void lease(List<Descriptor> blobs) throws IOException {
    try (IndexLock _ = IndexLock.take(lockFile)) {
      leaseLocked(blobs);
    }
  }

  /// Keeps what an image's layers are unpacked to from being cleaned away, until this is closed:
  /// for an image whose manifest is not in the store yet, so that nothing leads to its layers.
  public void leaseLayers(List<Digest> diffIds) throws IOException {
    if (diffIds.isEmpty()) {
      return;
    }
    try (IndexLock _ = IndexLock.take(lockFile)) {
      Leases.addLayers(folder, diffIds);
    }
  }

  /// As [#lease], for a caller that holds the lock.
  void leaseLocked(List<Descriptor> blobs) throws IOException {
    Leases.add(folder, blobs);
  }

  /// Checks `bytes`, and keeps them unless the store has the blob already.
  ///
  /// They are checked in both cases: what is offered must be sound, whatever the store has.
  ///
  /// @param origin where the bytes come from, for the failure
  /// @throws BlobMismatchException if length or digest differ
  public void stage(Descriptor expected, InputStream bytes, String origin) throws IOException {
    if (staged.containsKey(expected.digest()) || finds(expected)) {
      BlobCheck.copy(expected, bytes, OutputStream.nullOutputStream(), origin);
      return;
    }
    keep(expected, bytes, origin);
  }

  private void keep(Descriptor expected, InputStream bytes, String origin) throws IOException {
    Path file = stagedPath(expected);
    try (FileChannel channel = StoreFiles.create(file)) {
      BlobCheck.copy(expected, bytes, Channels.newOutputStream(channel), origin);
      channel.force(false);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
    staged.put(expected.digest(), file);
  }

  /// As [#stage], for a file on the store's disk that nobody else writes: it is linked, not copied.
  ///
  /// @throws BlobMismatchException if length or digest differ
  public void stageLink(Descriptor expected, Path source, String origin) throws IOException {
    try (InputStream bytes = Files.newInputStream(source)) {
      BlobCheck.copy(expected, bytes, OutputStream.nullOutputStream(), origin);
    }
    if (staged.containsKey(expected.digest()) || finds(expected)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(source, StandardOpenOption.WRITE)) {
      channel.force(false);
    }
    Path file = stagedPath(expected);
    Files.createLink(file, source);
    staged.put(expected.digest(), file);
  }

  /// Keeps a document that was checked when it was read, also where the store's own is damaged.
  public void stage(Descriptor expected, byte[] bytes) throws IOException {
    if (!staged.containsKey(expected.digest()) && finds(expected) && !isSound(expected)) {
      keep(expected, new ByteArrayInputStream(bytes), "memory");
      return;
    }
    stage(expected, new ByteArrayInputStream(bytes), "memory");
  }

  private boolean isSound(Descriptor document) throws IOException {
    try {
      store.document(document);
      return true;
    } catch (CorruptStoreException e) {
      return false;
    }
  }

  /// Opens a blob that was staged, or found in the store.
  public InputStream open(Descriptor blob) throws IOException {
    Path file = staged.get(blob.digest());
    return file == null ? store.open(blob) : Files.newInputStream(file);
  }

  /// Moves all that was staged into the store, in the order in which it was staged.
  public void publish() throws IOException {
    List<Path> folders = new ArrayList<>();
    for (Map.Entry<Digest, Path> blob : staged.entrySet()) {
      Path target = store.path(blob.getKey());
      StoreFiles.makeFolders(target.getParent());
      Files.move(blob.getValue(), target, StandardCopyOption.ATOMIC_MOVE);
      if (!folders.contains(target.getParent())) {
        folders.add(target.getParent());
      }
    }
    for (Path changed : folders) {
      StoreFiles.forceFolder(changed);
    }
    staged.clear();
  }

  @Override
  public void close() throws IOException {
    StoreFiles.removeTree(folder);
  }

  /// Removes folders whose process is gone; leaves everything that has another kind of name.
  ///
  /// @return how many were removed
  static int sweep(Path parent) throws IOException {
    if (!Files.isDirectory(parent)) {
      return 0;
    }
    int removed = 0;
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent)) {
      for (Path folder : folders) {
        String name = folder.getFileName().toString();
        if (IngestOwner.isFolder(name) && !IngestOwner.isAlive(name)) {
          StoreFiles.removeTree(folder);
          removed++;
        }
      }
    }
    return removed;
  }

  private Path stagedPath(Descriptor expected) {
    return folder.resolve(expected.digest().algorithm() + "-" + expected.digest().hex());
  }
}
