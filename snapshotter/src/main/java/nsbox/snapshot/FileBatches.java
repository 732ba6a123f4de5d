package nsbox.snapshot;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/// Gathers the small files of a layer by directory, and makes them: on a spare worker where one
/// waits, else here. So one large layer keeps two processors busy.
///
/// One batch is open; a few are with other threads, each of another directory.
final class FileBatches {
  /// A file with more content is written as it is read.
  static final int FILE_LIMIT_BYTES = 64 * 1024;

  private static final int HANDED_OVER_LIMIT = 8;

  private final LayerTree tree;
  private final String layerDigest;
  private final SpareWorkers spare;
  private final Deque<LayerDirectory> handedOver = new ArrayDeque<>();
  private final Deque<FileBatch> free = new ArrayDeque<>();
  private LayerDirectory open;
  private FileBatch batch;

  FileBatches(LayerTree tree, String layerDigest, SpareWorkers spare) {
    this.tree = tree;
    this.layerDigest = layerDigest;
    this.spare = spare;
  }

  /// Reads a small file from the archive, to be made soon.
  void add(LayerDirectory directory, byte[] name, TarEntry entry, TarReader tar)
      throws IOException {
    if (open != directory || !batch.hasRoomFor(entry)) {
      flush(false);
      batch = empty();
      open = directory;
    }
    batch.add(name, entry, tar);
  }

  private FileBatch empty() throws IOException {
    while (!handedOver.isEmpty() && handedOver.peek().files.isIdle()) {
      await(handedOver.peek());
    }
    FileBatch empty = free.poll();
    return empty == null ? new FileBatch(tree.owner(), layerDigest) : empty;
  }

  /// Sees to it that all files of a directory that were read are there.
  void settle(LayerDirectory directory) throws IOException {
    if (open == directory) {
      flush(true);
    }
    await(directory);
  }

  /// As [#settle], of all directories.
  void settleAll() throws IOException {
    flush(true);
    while (!handedOver.isEmpty()) {
      await(handedOver.peek());
    }
  }

  private void flush(boolean here) throws IOException {
    if (open == null) {
      return;
    }
    LayerDirectory directory = open;
    open = null;
    batch.begin(tree.directory(directory));
    boolean mayHandOver = !here && batch.isWorthwhile() && handedOver.size() < HANDED_OVER_LIMIT;
    if (mayHandOver && spare.take(batch)) {
      directory.files = batch;
      handedOver.add(directory);
      return;
    }
    batch.run();
    free.add(batch);
    batch.finish();
  }

  /// Waits for the files of a directory that were handed over, before its descriptor is closed.
  void await(LayerDirectory directory) throws IOException {
    FileBatch made = directory.files;
    if (made != null) {
      made.join();
      directory.files = null;
      handedOver.remove(directory);
      free.add(made);
      made.finish();
    }
  }

  /// Waits until no other thread works for this layer any more, whatever went wrong.
  void join() {
    handedOver.forEach(directory -> directory.files.join());
  }
}
