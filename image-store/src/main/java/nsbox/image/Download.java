package nsbox.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// One blob on its way into the store, written by some threads and read by one while it arrives.
///
/// What arrived stays when the process ends, however it ends, and the next download of the blob
/// goes on from there. Nothing of it is in the store before [#publish]. Only one process at a time
/// has the download of a blob.
///
/// Writers fill the gaps that [#missing] names and report failures with [#fail]; the reader of
/// [#arriving] waits for them, checks size and digest, and only then sees the end. After that
/// another process may have the download, and will find all there.
public final class Download implements AutoCloseable {
  private final Descriptor blob;
  private final DownloadFiles files;
  private final FileLock lock;
  private final FileChannel data;
  private final FileChannel marks;
  private final ChunkMap chunks;
  private IOException failure;
  private boolean closed;

  /// @param lock released when this is closed
  Download(Descriptor blob, DownloadFiles files, FileLock lock) throws IOException {
    this.blob = blob;
    this.files = files;
    this.lock = lock;
    this.data = files.openData();
    this.marks = files.openMarks();
    this.chunks = new ChunkMap(blob.sizeBytes(), marks);
  }

  public Descriptor blob() {
    return blob;
  }

  /// What is still to be fetched: pairs of first byte and end, each piece to one writer.
  ///
  /// @param pieceBytes longest piece; a piece may be shorter
  public synchronized List<long[]> missing(long pieceBytes) {
    return chunks.missing(pieceBytes);
  }

  public synchronized long arrivedBytes() {
    return chunks.arrivedBytes();
  }

  /// Keeps bytes that have come; they continue what the writer of this piece wrote before.
  public void write(long offset, byte[] bytes, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
    long position = offset;
    while (buffer.hasRemaining()) {
      position += data.write(buffer, position);
    }
    synchronized (this) {
      chunks.add(offset, count);
      notifyAll();
    }
  }

  /// Ends it for whoever reads: what is missing will not come. The first failure counts.
  public synchronized void fail(IOException reason) {
    if (failure == null) {
      failure = reason;
    }
    notifyAll();
  }

  public synchronized boolean hasFailed() {
    return failure != null;
  }

  /// The bytes in their order, as they arrive. To be opened once.
  ///
  /// The last read checks size and digest, so that whoever saw the end has seen the right bytes.
  ///
  /// @throws BlobMismatchException from that read if they are others; what arrived is thrown away
  public InputStream arriving() {
    return new ArrivingBytes(this);
  }

  /// Waits until bytes from `position` on are there.
  ///
  /// @return how many are there without a gap, from the first on
  synchronized long await(long position) throws IOException {
    while (failure == null && chunks.contiguousBytes() <= position) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for " + blob.digest(), e);
      }
    }
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
    return chunks.contiguousBytes();
  }

  int read(ByteBuffer into, long position) throws IOException {
    return data.read(into, position);
  }

  /// All bytes were seen and are right. The next to open it checks them anew: nothing on the disk
  /// says that they are, so nothing can say it wrongly after a power cut.
  void complete() throws IOException {
    close();
  }

  /// All bytes were seen and are wrong.
  void discard() throws IOException {
    files.deletePartial();
  }

  /// Lets another process go on with it.
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    fail(new IOException("the download of " + blob.digest() + " was given up"));
    try (lock;
        data;
        marks) {
      if (chunks.arrivedBytes() == 0 || !Files.exists(files.data())) {
        files.deletePartial();
      }
    }
  }

  /// Moves a download that was found right into the store, for good.
  ///
  /// @return false if it is not there
  static boolean publish(DownloadFiles files, Path target) throws IOException {
    StoreFiles.makeFolders(target.getParent());
    try (FileChannel channel = FileChannel.open(files.data(), StandardOpenOption.WRITE)) {
      channel.force(false);
      Files.move(files.data(), target, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return false;
    }
    Files.deleteIfExists(files.marks());
    return true;
  }
}
