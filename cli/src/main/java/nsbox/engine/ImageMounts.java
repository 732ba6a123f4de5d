package nsbox.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.image.Digest;
import nsbox.image.ImageNotFoundException;
import nsbox.runtime.plan.ViewPlan;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.snapshot.RootMount;

/// Images whose trees are mounted on the host, read-only, for whoever wants to look into them.
///
/// Whether one is mounted, the kernel's table says and nothing else: after an umount by hand, or a
/// reboot, it is not, whatever lies on the disk. All changes are made under one lock; what a killed
/// process leaves is not mounted, and goes with the next change.
///
/// On disk: `<run root>/.mounts/<root>/<hex of image ID>/tree` is the mount point, where `<root>`
/// is the device and inode number of the root, for several may share a run root; and `uses` beside
/// it how often it was asked for. `<root>/views/<random>` is what the driver made for a mount; it
/// is in use as long as a mount mentions it.
public final class ImageMounts {
  /// In the run root, where no container's ID begins with a dot.
  static final String FOLDER = ".mounts";

  private static final String VIEWS = "views";
  private static final String TREE = "tree";
  private static final String USES = "uses";
  private static final String LOCK = "lock";

  private final StateRoots roots;
  private final Front front;

  public ImageMounts(StateRoots roots, Front front) {
    this.roots = roots;
    this.front = front;
  }

  /// A mounted image.
  ///
  /// @param imageHex hexadecimal digits of its ID
  public record Mounted(String imageHex, Path path) {}

  /// What is mounted now, in no order.
  public List<Mounted> list() throws IOException {
    return list(roots);
  }

  static List<Mounted> list(StateRoots roots) throws IOException {
    List<Mounted> mounted = new ArrayList<>();
    List<Path> folders = entries(folder(roots));
    if (folders.isEmpty()) {
      return mounted;
    }
    MountTable table = MountTable.read();
    Path real = folder(roots).toRealPath();
    for (Path folder : folders) {
      Path tree = real.resolve(folder.getFileName()).resolve(TREE);
      if (table.mountsOn(tree) > 0) {
        mounted.add(new Mounted(folder.getFileName().toString(), tree));
      }
    }
    return mounted;
  }

  /// Mounts an image, or counts one use more of its mount.
  ///
  /// @param image under a lease that lasts until this returns
  /// @return where its tree is to be seen
  public Path mount(Images images, Images.Unpacked image) throws IOException {
    return locked(() -> {
      MountTable table = MountTable.read();
      Path folder = Files.createDirectories(folder(roots).resolve(hex(image))).toRealPath();
      Path tree = folder.resolve(TREE);
      if (table.mountsOn(tree) > 0) {
        writeUses(folder, uses(folder) + 1);
        return tree;
      }
      sweep(table);
      Files.createDirectories(tree);
      writeUses(folder, 1);
      Path view = Files.createDirectory(views().resolve(Containers.newId()));
      RootMount mount = images.driver().view(image.chainIds(), view);
      Front.Outcome outcome = front.run(program(mount, folder).encode());
      if (!outcome.succeeded()) {
        sweep(MountTable.read());
        throw new MountException(tree, false, outcome.errno());
      }
      /* Whoever removes the image looks for its mount afterwards: one of both sees the other. */
      if (images.store().resolve(image.image().id().toString()).isEmpty()) {
        front.run(ViewPlan.unmount(tree.toString(), 1, true).encode());
        sweep(MountTable.read());
        throw new ImageNotFoundException(image.image().id().toString());
      }
      return tree;
    });
  }

  /* A root that is not there yet has no mounts. */
  private static Path folder(StateRoots roots) throws IOException {
    Path all = roots.run().resolve(FOLDER);
    try {
      Map<String, Object> root = Files.readAttributes(roots.root(), "unix:dev,ino");
      return all.resolve(root.get("dev") + "-" + root.get("ino"));
    } catch (NoSuchFileException e) {
      return all.resolve("none");
    }
  }

  private static String hex(Images.Unpacked image) {
    return image.image().id().hex();
  }

  private static Program program(RootMount mount, Path folder) {
    if (mount instanceof RootMount.Directory directory) {
      return ViewPlan.directory(directory.path().toString(), folder.toString(), TREE);
    }
    List<String> lowers = new ArrayList<>();
    for (Path lower : ((RootMount.Overlay) mount).lowers()) {
      lowers.add(lower.toString());
    }
    return ViewPlan.overlay(lowers, folder.resolve(TREE).toString());
  }

  /// Counts one use less, and unmounts with the last.
  ///
  /// @param force unmount at once, also while processes use it
  /// @return false if it is not mounted
  /// @throws MountException if a process uses it
  public boolean unmount(String imageHex, boolean force) throws IOException {
    if (entries(folder(roots)).isEmpty()) {
      /* Whoever unmounted the last one may have been killed before it had removed the folders. */
      sweep();
      removeIfEmpty(roots.run().resolve(FOLDER));
      return false;
    }
    return locked(() -> {
      MountTable table = MountTable.read();
      Path folder = folder(roots).toRealPath().resolve(imageHex);
      Path tree = folder.resolve(TREE);
      int mounts = table.mountsOn(tree);
      if (mounts == 0) {
        sweep(table);
        return false;
      }
      int uses = force ? 1 : uses(folder);
      if (uses > 1) {
        writeUses(folder, uses - 1);
        return true;
      }
      Program program = ViewPlan.unmount(tree.toString(), mounts, force);
      Front.Outcome outcome = front.run(program.encode());
      if (!outcome.succeeded()) {
        throw new MountException(tree, true, outcome.errno());
      }
      sweep(MountTable.read());
      return true;
    });
  }

  /// Removes what is left of mounts that are no more.
  public void sweep() throws IOException {
    if (!entries(views()).isEmpty() || Files.exists(folder(roots))) {
      locked(() -> {
        sweep(MountTable.read());
        return true;
      });
    }
  }

  /* Nobody else is at work: we have the lock. */
  private void sweep(MountTable table) throws IOException {
    Instructions steps = new Instructions();
    for (Path view : entries(views())) {
      String name = view.getFileName().toString();
      if (Digest.isHex(name) && !table.mentions("/" + VIEWS + "/" + name + "/")) {
        steps.addIgnoring(
            Instruction.MISSING, "remove " + view, Opcode.REMOVE_TREE, view.toString());
      }
    }
    Front.Outcome outcome = front.run(Program.of(steps).encode());
    if (!outcome.succeeded()) {
      throw new IOException(
          "cannot remove " + steps.list().get(outcome.index()).label() + ": " + outcome.errno());
    }
    Path mounts = folder(roots);
    if (!Files.exists(mounts)) {
      return;
    }
    mounts = mounts.toRealPath();
    boolean empty = true;
    for (Path folder : entries(mounts)) {
      Path tree = folder.resolve(TREE);
      if (table.mountsOn(tree) > 0) {
        empty = false;
        continue;
      }
      /* One by one: a tree that is mounted after all is no empty directory, and stays. */
      Files.deleteIfExists(tree);
      for (Path file : entries(folder)) {
        Files.delete(file);
      }
      Files.delete(folder);
    }
    if (empty) {
      Files.deleteIfExists(mounts);
      removeIfEmpty(mounts.getParent());
    }
  }

  /* That of all roots; another root's command may fill it meanwhile. */
  private static void removeIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      // Somebody else's are there.
    }
  }

  private Path views() {
    return roots.root().resolve(VIEWS);
  }

  /* Written before the tree is mounted, so a mount without it is no mount of ours. */
  private static int uses(Path folder) throws IOException {
    String text = Files.readString(folder.resolve(USES)).strip();
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IOException(folder.resolve(USES) + " should be a number, and is: " + text, e);
    }
  }

  private static void writeUses(Path folder, int uses) throws IOException {
    Containers.replace(
        folder.resolve(USES), (uses + "\n").getBytes(StandardCharsets.US_ASCII), false);
  }

  private interface Change<T> {
    T make() throws IOException;
  }

  private <T> T locked(Change<T> change) throws IOException {
    Files.createDirectories(views());
    /* A file lock is between processes; threads of one need another. */
    synchronized (ImageMounts.class) {
      try (FileChannel channel =
              FileChannel.open(
                  views().resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        T result = change.make();
        lock.release();
        return result;
      }
    }
  }

  private static List<Path> entries(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
    return entries;
  }
}
