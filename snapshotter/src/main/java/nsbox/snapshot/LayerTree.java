package nsbox.snapshot;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import nsbox.linux.Errno;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.Stat;

/// The tree that a layer grows in: its own directory, seen over the layers below.
///
/// A name of the archive is walked component by component in that merged view, because its links
/// may lie in any layer. The walk happens here and never in the kernel: every system call gets one
/// component below a descriptor, or a canonical path that openat2(2) keeps from following any link.
/// So a link, `..` or an absolute name leads back into this tree whatever it says.
final class LayerTree implements AutoCloseable {
  private static final int LINK_LIMIT = 40;
  private static final int OPEN_DIRECTORIES = 64;
  private static final int PATH_LIMIT_BYTES = 4095;

  private final Fd fs;
  private final Below below;
  private final OverlayForm form;
  private final Metadata.Owner owner;
  private final LayerDirectory root;
  private final SequencedMap<LayerDirectory, Fd> open = new LinkedHashMap<>(128, 0.75f, true);

  private final FileBatches files;

  private final List<LayerDirectory> unsettled = new ArrayList<>();

  private long impliedDirectories;
  private byte[] lastParent;
  private LayerDirectory lastDirectory;

  /// @param fs the empty directory to fill
  /// @param layerDigest for failures of files that other threads make
  LayerTree(Fd fs, Below below, String layerDigest, Workplace workplace) throws IOException {
    this.fs = fs;
    this.below = below;
    this.form = workplace.form();
    this.owner = Metadata.Owner.of(fs);
    this.root = new LayerDirectory(null, BytePath.ROOT);
    root.made = true;
    this.files = new FileBatches(this, layerDigest, workplace.spare());
  }

  /// Where small files go. All methods here see them as if they were made at once.
  FileBatches files() {
    return files;
  }

  LayerDirectory root() {
    return root;
  }

  Below below() {
    return below;
  }

  OverlayForm form() {
    return form;
  }

  Metadata.Owner owner() {
    return owner;
  }

  /// The directory that a clean path names the parent of, created as far as it is missing.
  LayerDirectory parentOf(byte[] path) throws IOException {
    int length = Math.max(0, BytePath.lastSlash(path));
    if (lastParent != null
        && lastParent.length == length
        && Arrays.equals(path, 0, length, lastParent, 0, length)) {
      return lastDirectory;
    }
    byte[] parent = Arrays.copyOf(path, length);
    LayerDirectory directory = walk(parent, true);
    make(directory);
    // Only a way without links stays the same when other entries come.
    lastParent = Arrays.equals(directory.path(), parent) ? parent : null;
    lastDirectory = directory;
    return directory;
  }

  /// As [#parentOf], creating nothing; null where the merged view has no such directory.
  LayerDirectory findParentOf(byte[] path) throws IOException {
    return walk(Arrays.copyOf(path, Math.max(0, BytePath.lastSlash(path))), false);
  }

  static byte[] lastName(byte[] path) {
    return Arrays.copyOfRange(path, BytePath.lastSlash(path) + 1, path.length);
  }

  /// @throws NotADirectory where something else stands in the way
  LayerDirectory walk(byte[] path, boolean creating) throws IOException {
    Deque<byte[]> rest = new ArrayDeque<>(BytePath.components(path));
    LayerDirectory at = root;
    int links = 0;
    while (!rest.isEmpty()) {
      byte[] name = rest.pop();
      if (BytePath.isParent(name)) {
        at = at.parent == null ? at : at.parent;
        continue;
      }
      LayerDirectory child = at.child(name);
      if (child == null) {
        byte[] target = linkTarget(at, name);
        if (target != null) {
          if (++links > LINK_LIMIT) {
            throw new NotADirectory("more than " + LINK_LIMIT + " symbolic links");
          }
          at = target.length > 0 && target[0] == '/' ? root : at;
          List<byte[]> components = BytePath.components(target);
          components.reversed().forEach(rest::push);
          continue;
        }
        child = enter(at, name, creating);
      }
      if (child == null) {
        return null;
      }
      at = child;
    }
    return at;
  }

  private byte[] linkTarget(LayerDirectory at, byte[] name) throws IOException {
    Stat own = own(at, name);
    if (own != null) {
      return own.isSymbolicLink() ? Linux.readlinkat(directory(at), name) : null;
    }
    if (at.severed || below.isAssumed()) {
      return null;
    }
    Lowers.Found found = below.find(at, name);
    if (found == null || !found.stat().isSymbolicLink()) {
      return null;
    }
    try (Fd dir = below.lowers().openDirectory(found.layer(), at.path())) {
      return Linux.readlinkat(dir, name);
    }
  }

  /// Steps into a directory that was not known yet: one from below, or a new one.
  private LayerDirectory enter(LayerDirectory at, byte[] name, boolean creating)
      throws IOException {
    Stat own = own(at, name);
    if (own != null && !own.isWhiteout()) {
      throw new NotADirectory("its parent " + TarEntry.text(name) + " is not a directory");
    }
    boolean open = own == null && !at.severed;
    if (open && below.isAssumed()) {
      below.assumeDirectory(at, name, creating);
    } else {
      Lowers.Found found = open ? below.find(at, name) : null;
      if (found != null && !found.stat().isDirectory()) {
        throw new NotADirectory("its parent " + TarEntry.text(name) + " is not a directory");
      }
      if (found == null && !creating) {
        return null;
      }
    }
    if (at.pathBytes + 1 + name.length > PATH_LIMIT_BYTES) {
      throw new NotADirectory("deeper than " + PATH_LIMIT_BYTES + " bytes of path");
    }
    return at.add(name);
  }

  /// What the layer itself has under a name, or null.
  Stat own(LayerDirectory at, byte[] name) throws IOException {
    return at.made ? Linux.lstatat(directory(at), name) : null;
  }

  /// Sees to it that a directory is in the layer itself, with what it has below.
  void make(LayerDirectory directory) throws IOException {
    if (directory.made) {
      return;
    }
    make(directory.parent);
    directory.parent.keep(directory);
    mkdir(directory);
    directory.metadata = directory.severed ? Metadata.IMPLIED : null;
    impliedDirectories++;
  }

  /// How many directories were made that no entry had described by then.
  long impliedDirectories() {
    return impliedDirectories;
  }

  /// Makes the directory that an entry describes, in place of anything else of that name.
  LayerDirectory makeDirectory(LayerDirectory parent, byte[] name) throws IOException {
    LayerDirectory directory = parent.child(name);
    if (directory == null) {
      directory = parent.add(name);
    }
    if (!directory.made) {
      mkdir(directory);
    }
    return directory;
  }

  /// What was here of the layer itself had already replaced what lies below: it must not come back.
  private void mkdir(LayerDirectory directory) throws IOException {
    Fd dir = directory(directory.parent);
    try {
      Linux.mkdirat(dir, directory.name, 0700);
    } catch (LinuxException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      Linux.unlinkat(dir, directory.name);
      Linux.mkdirat(dir, directory.name, 0700);
      directory.opaque = !directory.parent.severed;
      directory.sever();
    }
    directory.made = true;
  }

  /// Makes room for an entry that is no directory.
  void clear(LayerDirectory parent, byte[] name) throws IOException {
    forgetChild(parent, name);
    Names.remove(directory(parent), name);
  }

  /// To be called before a name becomes something else than a directory.
  void forgetChild(LayerDirectory parent, byte[] name) throws IOException {
    LayerDirectory child = parent.child(name);
    if (child == null) {
      return;
    }
    lastParent = null;
    files.settleAll();
    closeBelow(child);
    parent.forget(name);
    if (child.made) {
      Names.remove(directory(parent), name);
    }
  }

  private void closeBelow(LayerDirectory directory) {
    Fd fd = open.remove(directory);
    if (fd != null) {
      fd.close();
    }
    directory.children().forEach(this::closeBelow);
  }

  /// A descriptor of a directory that is made. The last few stay open, at least the last two.
  Fd directory(LayerDirectory directory) throws IOException {
    files.settle(directory);
    Fd fd = open.get(directory);
    if (fd == null) {
      fd = Names.openDirectory(fs, directory.path());
      open.put(directory, fd);
      if (open.size() > OPEN_DIRECTORIES) {
        files.await(open.firstEntry().getKey());
        open.pollFirstEntry().getValue().close();
      }
    }
    return fd;
  }

  /// Gives directories what they were meant to have, the deepest first, as far as that does not
  /// depend on the layers below: [#settle] does the rest.
  void finish() throws IOException {
    files.settleAll();
    finish(root);
  }

  private void finish(LayerDirectory directory) throws IOException {
    for (LayerDirectory child : directory.children()) {
      if (child.made) {
        finish(child);
      }
    }
    if (directory.dependsOnLowers()) {
      unsettled.add(directory);
    } else {
      set(directory, directory.metadata);
    }
  }

  /// Gives the other directories what they were meant to have, and drops whiteouts that hide
  /// nothing any more: overlayfs would show them where it does not merge.
  ///
  /// @return the list of [OpaqueDirectories]
  List<byte[]> settle(Lowers lowers) throws IOException {
    List<byte[]> opaque = new ArrayList<>();
    boolean unmarked = false;
    for (LayerDirectory directory : unsettled) {
      int[] layers = Below.layersOf(lowers, directory);
      if (directory.severed || layers.length == 0) {
        dropWhiteouts(directory);
      }
      if (directory.opaque && layers.length > 0) {
        opaque.add(directory.path());
        /* Of the root overlayfs does not read the attribute. */
        unmarked |= !Whiteouts.setOpaque(directory(directory), form) && directory.path().length > 0;
      }
      if (directory.metadata != null) {
        set(directory, directory.metadata);
      } else if (layers.length == 0) {
        set(directory, Metadata.IMPLIED);
      } else {
        set(directory, lowers.metadata(layers[0], directory.path()));
      }
    }
    if (unmarked) {
      opaque.add(OpaqueDirectories.UNMARKED);
    }
    return opaque;
  }

  private void dropWhiteouts(LayerDirectory directory) throws IOException {
    Fd fd = directory(directory);
    for (byte[] name : directory.whiteouts()) {
      Stat stat = Linux.lstatat(fd, name);
      if (stat != null && stat.isWhiteout()) {
        Linux.unlinkat(fd, name);
      }
    }
  }

  private void set(LayerDirectory directory, Metadata metadata) throws IOException {
    try {
      metadata.set(directory(directory), owner);
    } catch (LinuxException e) {
      throw new DirectoryRefused(directory.path(), metadata, e);
    }
  }

  /// Closes the descriptors that are open; they are opened again where they are needed.
  @Override
  public void close() {
    files.join();
    open.values().forEach(Fd::close);
    open.clear();
  }

  /// A directory cannot get what its entry says.
  static final class DirectoryRefused extends IOException {
    private static final long serialVersionUID = 1;

    final String path;
    final transient Metadata metadata;
    final LinuxException reason;

    private DirectoryRefused(byte[] path, Metadata metadata, LinuxException reason) {
      super(reason);
      this.path = TarEntry.text(path);
      this.metadata = metadata;
      this.reason = reason;
    }
  }

  /// A name leads through something that is no directory.
  static final class NotADirectory extends IOException {
    private static final long serialVersionUID = 1;

    private NotADirectory(String found) {
      super(found);
    }
  }
}
