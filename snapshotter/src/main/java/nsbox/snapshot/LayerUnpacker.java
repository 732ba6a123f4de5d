package nsbox.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nsbox.linux.Errno;
import nsbox.linux.Fd;
import nsbox.linux.FileType;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.Stat;

/// Puts the entries of one tar into a tree, by the rules of the image specification.
///
/// Where the same name comes twice in one layer, which the specification forbids, the last one
/// wins.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#applying-changesets
final class LayerUnpacker {
  private static final long KEPT_LIMIT_BYTES = 16 << 20;

  private final TarReader tar;
  private final LayerTree tree;
  private final Whiteouts whiteouts;
  private final FileCopy copy;
  private final LayerBudget budget;
  private final String layerDigest;
  private final Set<Name> leftOut = new HashSet<>();
  private long countedDirectories;
  private long keptBytes;
  private long contentBytes;

  /// @param budget what directories count against that no entry describes
  LayerUnpacker(TarReader tar, LayerTree tree, LayerBudget budget) {
    this.tar = tar;
    this.tree = tree;
    this.whiteouts = new Whiteouts(tree);
    this.copy = new FileCopy(tree.owner());
    this.budget = budget;
    this.layerDigest = budget.layerDigest();
  }

  /// Puts all entries into the tree, and reads the archive to its very end.
  void unpack() throws IOException {
    for (TarEntry entry; (entry = tar.next()) != null; ) {
      try {
        unpack(entry);
        countDirectories();
      } catch (LayerTree.NotADirectory e) {
        throw bad(layerDigest, entry.text(), e.getMessage());
      } catch (LinuxException e) {
        throw blame(layerDigest, entry.text(), Metadata.of(entry), e);
      } catch (LayerException e) {
        throw e.at("entry " + entry.text());
      }
    }
    tar.drain();
    try {
      tree.finish();
    } catch (LayerTree.DirectoryRefused e) {
      throw blame(layerDigest, e.path, e.metadata, e.reason);
    }
  }

  private void countDirectories() throws LayerException {
    for (; countedDirectories < tree.impliedDirectories(); countedDirectories++) {
      budget.addEntry();
    }
  }

  /// Length of all plain files that were written, together.
  long contentBytes() {
    return contentBytes;
  }

  /// Fits the tree onto the layers below, when they are there.
  ///
  /// @return the paths of the directories that hide what lies below
  static List<byte[]> settle(LayerTree tree, Lowers lowers, String layerDigest) throws IOException {
    try {
      return tree.settle(lowers);
    } catch (LayerTree.DirectoryRefused e) {
      throw blame(layerDigest, e.path, e.metadata, e.reason);
    }
  }

  /// Some calls fail because of what the entry says; all others because of the host.
  static IOException blame(String layerDigest, String entry, Metadata metadata, LinuxException e) {
    if (e.errno() == Errno.EINVAL && e.call().contains("chown")) {
      return bad(
          layerDigest,
          entry,
          "owned by user %d and group %d, who are not both among the ids of this user namespace"
              .formatted(metadata.uid(), metadata.gid()));
    }
    return switch (e.errno()) {
      case Errno.ENAMETOOLONG ->
          bad(layerDigest, entry, "a name longer than the file system takes");
      case Errno.EFBIG -> bad(layerDigest, entry, "a file larger than the file system takes");
      case Errno.E2BIG -> bad(layerDigest, entry, "an attribute longer than 64 KiB");
      case Errno.EINVAL, Errno.ERANGE, Errno.ELOOP, Errno.EISDIR, Errno.ENOENT ->
          bad(layerDigest, entry, e.getMessage());
      default -> e;
    };
  }

  private void unpack(TarEntry entry) throws IOException {
    byte[] path = BytePath.clean(entry.name());
    switch (Whiteouts.kind(path)) {
      case PLAIN -> whiteouts.hide(path);
      case OPAQUE -> whiteouts.hideAll(path);
      case AUFS -> {}
      case HOSTILE -> throw bad(entry, "a whiteout of nothing");
      case NONE -> make(entry, path);
    }
  }

  private void make(TarEntry entry, byte[] path) throws IOException {
    if (path.length == 0) {
      makeRoot(entry);
      return;
    }
    LayerDirectory parent = tree.parentOf(path);
    byte[] name = LayerTree.lastName(path);
    switch (entry.type()) {
      case TarEntry.REGULAR -> writeFile(parent, name, entry);
      case TarEntry.HARD_LINK -> link(parent, name, entry);
      case TarEntry.DIRECTORY -> {
        keep(entry.attributes());
        tree.makeDirectory(parent, name).metadata = Metadata.of(entry);
      }
      case TarEntry.SYMBOLIC_LINK -> {
        replacing(parent, name, dir -> Linux.symlinkat(entry.link(), dir, name));
        Metadata.of(entry).setAt(tree.directory(parent), name, tree.owner(), true);
      }
      default -> makeSpecial(parent, name, entry);
    }
  }

  private void makeRoot(TarEntry entry) throws LayerException {
    if (entry.type() != TarEntry.DIRECTORY) {
      throw bad(entry, "the root, but not a directory");
    }
    keep(entry.attributes());
    tree.root().metadata = Metadata.of(entry);
  }

  /// What directories get in the end stays in memory until then, so it has a limit.
  private void keep(List<TarEntry.Attribute> attributes) throws LayerException {
    for (TarEntry.Attribute attribute : attributes) {
      keptBytes += attribute.name().length + attribute.value().length;
    }
    if (keptBytes > KEPT_LIMIT_BYTES) {
      throw new LayerException.TooLarge(
          layerDigest, "bytes in attributes of directories", KEPT_LIMIT_BYTES, null);
    }
  }

  private void writeFile(LayerDirectory parent, byte[] name, TarEntry entry) throws IOException {
    contentBytes += entry.sizeBytes();
    if (entry.sparse() == null && entry.sizeBytes() <= FileBatches.FILE_LIMIT_BYTES) {
      tree.forgetChild(parent, name);
      tree.files().add(parent, name, entry, tar);
      return;
    }
    Metadata metadata = Metadata.of(entry);
    int mode = metadata.creationMode(tree.owner());
    try (Fd file = create(parent, name, mode)) {
      if (entry.sparse() == null) {
        for (ByteBuffer chunk; (chunk = tar.chunk()) != null; ) {
          Linux.write(file, chunk);
        }
      } else {
        writeParts(file, entry.sparse());
      }
      metadata.setOnNew(file, tree.owner(), mode);
    }
  }

  /// Nothing is written for the holes, so they take no room on the disk either.
  private void writeParts(Fd file, SparseMap sparse) throws IOException {
    Linux.ftruncate(file, sparse.sizeBytes());
    for (int part = 0; part < sparse.parts(); part++) {
      Linux.seek(file, sparse.offset(part));
      for (long left = sparse.length(part); left > 0; ) {
        ByteBuffer chunk = tar.chunk(left);
        left -= chunk.remaining();
        Linux.write(file, chunk);
      }
    }
  }

  private Fd create(LayerDirectory parent, byte[] name, int mode) throws IOException {
    tree.forgetChild(parent, name);
    try {
      return Names.create(tree.directory(parent), name, mode);
    } catch (LinuxException e) {
      requireTaken(e);
      tree.clear(parent, name);
      return Names.create(tree.directory(parent), name, mode);
    }
  }

  private void makeSpecial(LayerDirectory parent, byte[] name, TarEntry entry) throws IOException {
    int type =
        switch (entry.type()) {
          case TarEntry.CHARACTER_DEVICE -> FileType.CHARACTER_DEVICE;
          case TarEntry.BLOCK_DEVICE -> FileType.BLOCK_DEVICE;
          default -> FileType.FIFO;
        };
    boolean noDevice = entry.major() == 0 && entry.minor() == 0;
    if (type == FileType.CHARACTER_DEVICE && noDevice) {
      throw bad(entry, "a character device 0:0, which hides files in an overlay");
    }
    if (type != FileType.FIFO && !tree.form().hasDevices()) {
      leaveOut(parent, name);
      return;
    }
    int major = type == FileType.FIFO ? 0 : entry.major();
    int minor = type == FileType.FIFO ? 0 : entry.minor();
    replacing(parent, name, dir -> Linux.mknodat(dir, name, type | 0600, major, minor));
    Metadata.of(entry).setAt(tree.directory(parent), name, tree.owner(), false);
  }

  /// What had the name until now is gone all the same.
  private void leaveOut(LayerDirectory parent, byte[] name) throws IOException {
    tree.clear(parent, name);
    whiteouts.hide(parent, name);
    leftOut.add(new Name(BytePath.join(parent.path(), name)));
  }

  /// Links to what the merged view has; from a layer below the file is copied up first.
  ///
  /// Owner and permissions of the entry are left out: they would change the other name too.
  private void link(LayerDirectory parent, byte[] name, TarEntry entry) throws IOException {
    byte[] target = BytePath.clean(entry.link());
    LayerDirectory from = target.length == 0 ? null : tree.findParentOf(target);
    byte[] fromName = LayerTree.lastName(target);
    if (from == null || !findOrCopyUp(from, fromName, entry)) {
      if (from != null && leftOut.contains(new Name(BytePath.join(from.path(), fromName)))) {
        leaveOut(parent, name);
        return;
      }
      throw bad(entry, "a hard link to " + TarEntry.text(entry.link()) + ", which is not there");
    }
    if (from == parent && Arrays.equals(fromName, name)) {
      return;
    }
    replacing(parent, name, dir -> Linux.linkat(tree.directory(from), fromName, dir, name));
  }

  private boolean findOrCopyUp(LayerDirectory from, byte[] name, TarEntry entry)
      throws IOException {
    LayerDirectory known = from.child(name);
    Stat own = tree.own(from, name);
    if (own != null && !own.isDirectory()) {
      return !own.isWhiteout();
    }
    Lowers.Found below = own != null || known != null ? null : tree.below().find(from, name);
    if (own != null || known != null || below != null && below.stat().isDirectory()) {
      throw bad(entry, "a hard link to a directory");
    }
    if (below == null) {
      return false;
    }
    tree.make(from);
    try (Fd lower = tree.below().lowers().openDirectory(below.layer(), from.path())) {
      copy.copy(lower, name, below.stat(), tree.directory(from), name);
    }
    return true;
  }

  private interface Maker {
    void make(Fd dir) throws IOException;
  }

  /// Tries first, since names that are taken are rare.
  private void replacing(LayerDirectory parent, byte[] name, Maker maker) throws IOException {
    tree.forgetChild(parent, name);
    try {
      maker.make(tree.directory(parent));
    } catch (LinuxException e) {
      requireTaken(e);
      tree.clear(parent, name);
      maker.make(tree.directory(parent));
    }
  }

  private static void requireTaken(LinuxException e) throws LinuxException {
    if (e.errno() != Errno.EEXIST) {
      throw e;
    }
  }

  private LayerException bad(TarEntry entry, String found) {
    return bad(layerDigest, entry.text(), found);
  }

  private static LayerException bad(String layerDigest, String entry, String found) {
    return new LayerException.BadEntry(layerDigest, entry, found);
  }
}
