package nsbox.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import nsbox.image.Descriptor;
import nsbox.image.Download;
import nsbox.image.Downloads;

/// One blob of a pull, from the moment it is wanted until it was checked.
///
/// Whoever asks first reads it while it arrives; the others wait for that one to be through.
final class Arrival {
  private static final int REST_BUFFER_BYTES = 128 << 10;
  private final Descriptor blob;
  private final Downloads downloads;
  private final TransferListener listener;
  private Download download;
  private IOException failure;
  private boolean settled;
  private boolean taken;
  private boolean complete;
  private final Consumer<Arrival> abandoned;
  private final Object restLock = new Object();
  private InputStream rest;

  /// @param abandoned told if whoever reads it stops early
  Arrival(
      Descriptor blob,
      Downloads downloads,
      TransferListener listener,
      Consumer<Arrival> abandoned) {
    this.blob = blob;
    this.downloads = downloads;
    this.listener = listener;
    this.abandoned = abandoned;
  }

  Descriptor blob() {
    return blob;
  }

  /// It is there already, or another process brought it.
  synchronized void present() {
    settled = true;
    complete = true;
    notifyAll();
  }

  /// It is being fetched.
  synchronized void fetching(Download download) {
    this.download = download;
    settled = true;
    if (failure != null) {
      download.fail(failure);
    }
    notifyAll();
  }

  synchronized void fail(IOException reason) {
    if (failure == null) {
      failure = reason;
    }
    settled = true;
    if (download != null) {
      download.fail(reason);
    }
    notifyAll();
  }

  synchronized boolean isComplete() {
    return complete;
  }

  /// Reads what whoever stopped early has left, to see whether the bytes were right.
  ///
  /// @throws nsbox.image.BlobMismatchException if they were not
  /// @throws IOException if that cannot be told
  void checkRest() throws IOException {
    synchronized (restLock) {
      InputStream bytes;
      synchronized (this) {
        bytes = complete ? null : rest;
      }
      if (bytes == null) {
        return;
      }
      byte[] buffer = new byte[REST_BUFFER_BYTES];
      while (bytes.read(buffer) >= 0) {
        // The stream checks what it reads.
      }
      listener.finished(blob, TransferListener.Outcome.TRANSFERRED);
      present();
    }
  }

  /// Gives up what is unfinished, for another process to go on with.
  synchronized void close() throws IOException {
    if (download != null) {
      download.close();
    }
  }

  /// The blob's bytes; the last read has checked them.
  InputStream open() throws IOException {
    synchronized (this) {
      await(() -> settled);
      if (!complete && !taken) {
        taken = true;
        return new First(download.arriving());
      }
    }
    synchronized (this) {
      await(() -> complete || rest != null);
    }
    /* Whoever read it first may have stopped early, and then nobody else goes on. */
    checkRest();
    return downloads.read(blob);
  }

  private void await(Condition condition) throws IOException {
    while (failure == null && !condition.holds()) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for " + blob.digest(), e);
      }
    }
    if (failure != null) {
      throw new Failed(failure);
    }
  }

  private interface Condition {
    boolean holds();
  }

  /// A failure of the transfer, seen by whoever reads.
  static final class Failed extends IOException {
    private static final long serialVersionUID = 1L;

    Failed(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /// Tells the others when it has seen the end.
  private final class First extends InputStream {
    private final InputStream bytes;

    private First(InputStream bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count;
      try {
        count = bytes.read(into, offset, length);
      } catch (IOException e) {
        fail(e);
        throw e;
      }
      if (count < 0) {
        listener.finished(blob, TransferListener.Outcome.TRANSFERRED);
        present();
      }
      return count;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    /// Who stops early leaves the rest unchecked: somebody else may want to know.
    @Override
    public void close() {
      synchronized (Arrival.this) {
        if (complete || rest != null) {
          return;
        }
        rest = bytes;
        Arrival.this.notifyAll();
      }
      abandoned.accept(Arrival.this);
    }
  }
}
