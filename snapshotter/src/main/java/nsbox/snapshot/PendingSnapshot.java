package nsbox.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;

/// A layer on its way to a snapshot: unpacked, then settled on the layers below, then published.
///
/// It can be unpacked before the layers below are there, and at the same time as they. One thread
/// at a time. Closing removes what was not published.
final class PendingSnapshot implements Closeable {
  private static final byte[] FS = "fs".getBytes(StandardCharsets.US_ASCII);

  /// Beside the layer: the length of its files together, in decimal.
  static final String SIZE = "size";

  private long contentBytes;

  private final Layer layer;
  private final Path path;
  private final WorkDirectory work;
  private final Workplace workplace;
  private Fd fs;
  private LayerTree tree;

  /// @param work owned by the new object
  PendingSnapshot(WorkDirectory work, Layer layer, Workplace workplace) {
    this.layer = layer;
    this.path = workplace.root().resolve(work.name());
    this.work = work;
    this.workplace = workplace;
  }

  /// Where the snapshot is made: once it is settled, other layers can be settled on it.
  Path path() {
    return path;
  }

  /// Unpacks without the layers below, as far as that goes: [#settle] knows what to do if it did
  /// not.
  ///
  /// @throws LayerException if the layer is at fault, whatever lies below it
  void unpackAlone() throws IOException {
    Below below = Below.assumed();
    try {
      unpack(below);
    } catch (Below.Unknown e) {
      discard();
    } catch (LayerException.BadEntry e) {
      if (!below.hasAssumptions()) {
        throw e;
      }
      // It may be the assumption that is bad.
      discard();
    }
  }

  /// Unpacks on top of the layers below, which are there: then nothing has to be assumed.
  ///
  /// @param below topmost first: directories that hold `fs`
  void unpackOn(List<Path> below) throws IOException {
    try (Lowers lowers = Lowers.open(below)) {
      unpack(Below.of(lowers));
    }
  }

  /// Makes the layer what it is on top of those below.
  ///
  /// @param below topmost first: directories that hold `fs`
  void settle(List<Path> below) throws IOException {
    try (Lowers lowers = Lowers.open(below)) {
      if (tree != null && !tree.below().assumedRight(lowers)) {
        discard();
      }
      if (tree == null) {
        unpack(Below.of(lowers));
      }
      List<byte[]> opaque = LayerUnpacker.settle(tree, lowers, layer.digest());
      if (!opaque.isEmpty()) {
        write(OpaqueDirectories.FILE, OpaqueDirectories.list(opaque));
      }
      write(SIZE, Long.toString(contentBytes).getBytes(StandardCharsets.US_ASCII));
    } finally {
      release();
    }
  }

  private void unpack(Below below) throws IOException {
    Linux.mkdirat(work.fd(), FS, 0700);
    fs = Names.openDirectory(work.fd(), FS);
    tree = new LayerTree(fs, below, layer.digest(), workplace);
    LayerBudget budget = new LayerBudget(layer, workplace.limits());
    try (LayerStream stream = new LayerStream(layer, budget)) {
      LayerUnpacker unpacker = new LayerUnpacker(new TarReader(stream, budget), tree, budget);
      unpacker.unpack();
      contentBytes = unpacker.contentBytes();
      stream.verify();
    } finally {
      // An image has up to 127 layers, which wait for each other: none may keep many descriptors.
      tree.close();
    }
  }

  private void discard() throws IOException {
    release();
    Names.remove(work.fd(), FS);
  }

  private void release() {
    if (tree != null) {
      tree.close();
      tree = null;
    }
    if (fs != null) {
      fs.close();
      fs = null;
    }
  }

  private void write(String name, byte[] bytes) throws LinuxException {
    try (Fd file = Names.create(work.fd(), name.getBytes(StandardCharsets.US_ASCII))) {
      Linux.write(file, bytes, 0, bytes.length);
    }
  }

  /// Makes it visible. It must be settled, and durable.
  void publish() throws LinuxException {
    work.publish();
  }

  @Override
  public void close() throws IOException {
    release();
    work.close();
  }
}
