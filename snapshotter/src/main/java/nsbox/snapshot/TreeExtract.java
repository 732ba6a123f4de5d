package nsbox.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import nsbox.linux.Errno;
import nsbox.linux.Fd;
import nsbox.linux.FileType;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.OpenFlag;
import nsbox.linux.Resolve;

/// Unpacks a tar into a directory that may hold anything already. No name and no link in the tar or
/// in the directory leads out of it.
public final class TreeExtract {
  private static final Metadata.Owner NOBODY = new Metadata.Owner(-1, -1, 0);
  private static final int DIRECTORY_PERMISSIONS = 0755;

  private final Fd root;
  private final CopyRules rules;
  private final List<Made> directories = new ArrayList<>();

  private record Made(byte[] path, Metadata metadata) {}

  /// @param root the directory
  public TreeExtract(Fd root, CopyRules rules) {
    this.root = root;
    this.rules = rules;
  }

  /// Reads the archive to its end. What came before a failure stays.
  ///
  /// @throws LayerException if it is no tar
  /// @throws UnsuitableTargetException if an entry does not fit onto what is there, or leads out of
  ///   the directory
  public void unpack(InputStream in) throws IOException {
    Layer archive = new Layer("application/x-tar", "the archive", "", 0, () -> in);
    TarReader tar = new TarReader(ByteStream.of(in), new LayerBudget(archive, LayerLimits.NONE));
    for (TarEntry entry; (entry = tar.next()) != null; ) {
      unpack(entry, tar);
    }
    tar.drain();
    for (Made made : directories.reversed()) {
      try (Fd directory = open(made.path)) {
        made.metadata.set(directory, NOBODY);
      }
    }
  }

  private void unpack(TarEntry entry, TarReader tar) throws IOException {
    byte[] path = BytePath.clean(entry.name());
    if (path.length == 0) {
      return; // the directory itself stays what it is
    }
    byte[] folder = java.util.Arrays.copyOf(path, Math.max(0, BytePath.lastSlash(path)));
    byte[] name = LayerTree.lastName(path);
    Metadata metadata = Metadata.of(entry);
    metadata = rules.keepOwners() ? metadata : metadata.ownedBy(0, 0);
    try (Fd parent = parent(folder)) {
      switch (entry.type()) {
        case TarEntry.DIRECTORY -> {
          Targets.directory(parent, name, rules).close();
          directories.add(new Made(path, metadata));
        }
        case TarEntry.REGULAR -> file(parent, name, entry, metadata, tar);
        case TarEntry.HARD_LINK -> link(parent, name, entry);
        case TarEntry.SYMBOLIC_LINK -> {
          Targets.clear(parent, name, rules);
          Linux.symlinkat(entry.link(), parent, name);
          metadata.setAt(parent, name, NOBODY, true);
        }
        default -> special(parent, name, entry, metadata);
      }
    }
  }

  private void file(Fd parent, byte[] name, TarEntry entry, Metadata metadata, TarReader tar)
      throws IOException {
    if (entry.sparse() != null) {
      throw new UnsuitableTargetException(
          entry.text() + ": a sparse file in GNU's form, which is not unpacked here");
    }
    Targets.clear(parent, name, rules);
    try (Fd file = Names.create(parent, name)) {
      for (ByteBuffer chunk; (chunk = tar.chunk()) != null; ) {
        Linux.write(file, chunk);
      }
      metadata.set(file, NOBODY);
    }
  }

  private void link(Fd parent, byte[] name, TarEntry entry) throws IOException {
    byte[] target = BytePath.clean(entry.link());
    byte[] folder = java.util.Arrays.copyOf(target, Math.max(0, BytePath.lastSlash(target)));
    Targets.clear(parent, name, rules);
    try (Fd from = open(folder)) {
      Linux.linkat(from, LayerTree.lastName(target), parent, name);
    }
  }

  private void special(Fd parent, byte[] name, TarEntry entry, Metadata metadata)
      throws IOException {
    int type =
        switch (entry.type()) {
          case TarEntry.CHARACTER_DEVICE -> FileType.CHARACTER_DEVICE;
          case TarEntry.BLOCK_DEVICE -> FileType.BLOCK_DEVICE;
          default -> FileType.FIFO;
        };
    Targets.clear(parent, name, rules);
    Linux.mknodat(parent, name, type | 0600, entry.major(), entry.minor());
    metadata.setAt(parent, name, NOBODY, false);
  }

  /* Directories that no entry describes are made on the way. */
  private Fd parent(byte[] path) throws IOException {
    try {
      return open(path);
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
    byte[] above = java.util.Arrays.copyOf(path, Math.max(0, BytePath.lastSlash(path)));
    try (Fd parent = parent(above)) {
      Linux.mkdirat(parent, LayerTree.lastName(path), DIRECTORY_PERMISSIONS);
    }
    return open(path);
  }

  private Fd open(byte[] path) throws IOException {
    byte[] name = path.length == 0 ? BytePath.HERE : path;
    try {
      return Linux.openat2(
          root,
          name,
          OpenFlag.READ | OpenFlag.DIRECTORY,
          0,
          Resolve.BENEATH | Resolve.NO_MAGICLINKS);
    } catch (LinuxException e) {
      if (e.errno() == Errno.EXDEV) {
        throw new UnsuitableTargetException(
            TarEntry.text(path) + " leads out of the directory that is unpacked into");
      }
      throw e;
    }
  }
}
