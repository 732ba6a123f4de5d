package nsbox.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.OpenFlag;
import nsbox.linux.Stat;

/// Copies snapshots into one plain directory, from the lowest layer to the topmost.
///
/// Directories get their metadata when all layers are copied. One is open at a time on each side,
/// so that depth does not run into the limit of open files.
final class Materializer {
  private final Fd target;
  private final Metadata.Owner owner;
  private final FileCopy copy;
  private final Map<Name, Metadata> directories = new HashMap<>();

  private final Map<Inode, byte[]> links = new HashMap<>();
  private Set<Name> opaque = Set.of();

  private record Inode(int major, int minor, long number) {}

  Materializer(Fd target) throws LinuxException {
    this.target = target;
    this.owner = Metadata.Owner.of(target);
    this.copy = new FileCopy(owner);
  }

  void add(Path snapshot) throws IOException {
    links.clear();
    opaque = OpaqueDirectories.read(snapshot);
    byte[] path = snapshot.resolve("fs").toString().getBytes(StandardCharsets.UTF_8);
    try (Fd fs = Linux.openat2(Fd.NONE, path, OpenFlag.DIRECTORY, 0, 0)) {
      addDirectory(fs, BytePath.ROOT);
    }
  }

  private void addDirectory(Fd fs, byte[] path) throws IOException {
    for (byte[] child : addFiles(fs, path)) {
      addDirectory(fs, BytePath.join(path, child));
    }
  }

  /// @return the names of the directories within, which are made but still empty
  private List<byte[]> addFiles(Fd fs, byte[] path) throws IOException {
    try (Fd from = Names.openDirectory(fs, path);
        Fd to = Names.openDirectory(target, path)) {
      directories.put(new Name(path), Metadata.of(from, Linux.fstat(from)));
      if (opaque.contains(new Name(path))) {
        for (byte[] name : Linux.names(to)) {
          Names.remove(to, name);
        }
      }
      List<byte[]> children = new ArrayList<>();
      for (byte[] name : Linux.names(from)) {
        Stat stat = Linux.lstatat(from, name);
        if (stat.isDirectory()) {
          makeDirectory(to, name);
          children.add(name);
        } else {
          Names.remove(to, name);
          addFile(from, name, stat, to, path);
        }
      }
      return children;
    }
  }

  private static void makeDirectory(Fd to, byte[] name) throws LinuxException {
    Stat there = Linux.lstatat(to, name);
    if (there != null && there.isDirectory()) {
      return;
    }
    if (there != null) {
      Linux.unlinkat(to, name);
    }
    Linux.mkdirat(to, name, 0700);
  }

  private void addFile(Fd from, byte[] name, Stat stat, Fd to, byte[] directory)
      throws IOException {
    if (stat.isWhiteout()) {
      return;
    }
    Inode inode = new Inode(stat.deviceMajor(), stat.deviceMinor(), stat.inode());
    byte[] first = stat.links() > 1 ? links.get(inode) : null;
    if (first == null) {
      copy.copy(from, name, stat, to, name);
      links.put(inode, BytePath.join(directory, name));
      return;
    }
    byte[] firstDirectory = Arrays.copyOf(first, Math.max(0, BytePath.lastSlash(first)));
    try (Fd dir = Names.openDirectory(target, firstDirectory)) {
      Linux.linkat(dir, LayerTree.lastName(first), to, name);
    }
  }

  /// Sets what the directories have, after all that is in them.
  void finish() throws IOException {
    finish(BytePath.ROOT);
  }

  private void finish(byte[] path) throws IOException {
    for (byte[] child : childDirectories(path)) {
      finish(BytePath.join(path, child));
    }
    try (Fd dir = Names.openDirectory(target, path)) {
      Metadata metadata = directories.get(new Name(path));
      if (metadata != null) {
        metadata.set(dir, owner);
      }
    }
  }

  private List<byte[]> childDirectories(byte[] path) throws IOException {
    try (Fd dir = Names.openDirectory(target, path)) {
      List<byte[]> children = new ArrayList<>();
      for (byte[] name : Linux.names(dir)) {
        Stat stat = Linux.lstatat(dir, name);
        if (stat != null && stat.isDirectory()) {
          children.add(name);
        }
      }
      return children;
    }
  }
}
