package nsbox.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.OpenFlag;
import nsbox.linux.Stat;

/// The committed layers that a new layer lies on, seen as overlayfs will show them.
///
/// A directory of the merged view is given as its canonical path and the numbers of the layers that
/// add to it, the topmost first: what is hidden in it by whiteouts and opaque directories above is
/// thereby left out already.
final class Lowers implements AutoCloseable {
  static final int[] NONE = {};

  private final List<Fd> roots = new ArrayList<>();
  private final List<Set<Name>> opaque = new ArrayList<>();

  /// @param snapshots of the layers, topmost first: directories that hold `fs`
  static Lowers open(List<Path> snapshots) throws IOException {
    Lowers lowers = new Lowers();
    try {
      for (Path snapshot : snapshots) {
        byte[] path = snapshot.resolve("fs").toString().getBytes(StandardCharsets.UTF_8);
        lowers.roots.add(Linux.openat2(Fd.NONE, path, OpenFlag.DIRECTORY, 0, 0));
        lowers.opaque.add(OpaqueDirectories.read(snapshot));
      }
      return lowers;
    } catch (IOException | RuntimeException e) {
      lowers.close();
      throw e;
    }
  }

  /// Where a name was found: the topmost layer that has it.
  record Found(int layer, Stat stat) {}

  /// The layers that add to the root.
  int[] ofRoot() {
    int count = 0;
    while (count < roots.size() && !opaque.get(count++).contains(new Name(BytePath.ROOT))) {
      // Counting up to the first layer whose root hides all below.
    }
    return IntStream.range(0, count).toArray();
  }

  /// @return null where the merged view has no such name
  Found find(int[] layers, byte[] directory, byte[] name) throws LinuxException {
    for (int layer : layers) {
      Stat stat = stat(layer, directory, name);
      if (stat != null) {
        return stat.isWhiteout() ? null : new Found(layer, stat);
      }
    }
    return null;
  }

  /// The layers that add to the directory of that name; none where it is no directory.
  int[] ofChild(int[] layers, byte[] directory, byte[] name) throws LinuxException {
    int[] found = new int[layers.length];
    int count = 0;
    Name path = new Name(BytePath.join(directory, name));
    for (int layer : layers) {
      Stat stat = stat(layer, directory, name);
      if (stat != null && !stat.isDirectory()) {
        break;
      }
      if (stat != null) {
        found[count++] = layer;
        if (opaque.get(layer).contains(path)) {
          break;
        }
      }
    }
    return count == 0 ? NONE : Arrays.copyOf(found, count);
  }

  private Stat stat(int layer, byte[] directory, byte[] name) throws LinuxException {
    try (Fd dir = openDirectory(layer, directory)) {
      return Linux.lstatat(dir, name);
    }
  }

  Fd openDirectory(int layer, byte[] directory) throws LinuxException {
    return Names.openDirectory(roots.get(layer), directory);
  }

  Metadata metadata(int layer, byte[] directory) throws LinuxException {
    try (Fd dir = openDirectory(layer, directory)) {
      return Metadata.of(dir, Linux.fstat(dir));
    }
  }

  @Override
  public void close() {
    roots.forEach(Fd::close);
  }
}
