package nsbox.engine;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.runtime.plan.Rootfs;
import nsbox.runtime.plan.ViewPlan;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.state.ProcessIdentity;
import nsbox.snapshot.Driver;
import nsbox.snapshot.Drivers;
import nsbox.snapshot.RootMount;

/// Containers' root file systems on the host, for whoever wants to work in them: `container mount`.
///
/// Of an upper directory there is one overlay at a time, for two would not know of each other's
/// changes. So of a container that runs its own mount is copied, and one that is started while it
/// is mounted takes the mount as its root.
///
/// Whether one is mounted, the kernel's table says and nothing else. On disk, in the container's
/// folder: `merged`, the mount point, which is there as long as it may be mounted; `mounts` beside
/// it, how often it was asked for.
public final class ContainerMounts {
  private static final String TREE = "merged";
  private static final String USES = "mounts";
  private static final String ROOT = "mounted";

  private final Containers containers;
  private final Images images;
  private final Front front;
  private final ProcessIdentity caller;

  /// @param caller the process that answers for what is changed: the user's `nsbox`
  public ContainerMounts(
      Containers containers, Images images, Front front, ProcessIdentity caller) {
    this.containers = containers;
    this.images = images;
    this.front = front;
    this.caller = caller;
  }

  /// Where it is mounted.
  public static Optional<Path> of(ContainerFolder folder) throws IOException {
    Path tree = folder.lasting().resolve(TREE);
    /* A look that costs every start next to nothing. */
    if (!new File(tree.toString()).exists()) {
      return Optional.empty();
    }
    Path real = folder.lasting().toRealPath().resolve(TREE);
    return MountTable.read().mountsOn(real) > 0 ? Optional.of(real) : Optional.empty();
  }

  /// Notes that the mount is the root of the container, which is just being started.
  static void becomeRoot(ContainerFolder folder) throws IOException {
    Files.write(folder.running().resolve(ROOT), new byte[0]);
  }

  /// What takes the mount away, whoever uses it, before the container's folder goes.
  public static void unmount(ContainerFolder folder, Instructions steps) {
    steps.addIgnoring(
        Instruction.ALL,
        "unmount it from the host",
        Opcode.UNMOUNT,
        folder.lasting().resolve(TREE).toString(),
        ViewPlan.DETACH);
  }

  /// Mounts a container's root file system, or counts one use more of its mount.
  ///
  /// @throws ContainerBusyException if another command starts or removes it
  public Path mount(ContainerFolder folder) throws IOException, ContainerBusyException {
    try (ContainerLock _ = ContainerLock.take(folder)) {
      Optional<Path> mounted = of(folder);
      if (mounted.isPresent()) {
        writeUses(folder, uses(folder) + 1);
        return mounted.get();
      }
      Path tree = folder.lasting().toRealPath().resolve(TREE);
      Files.createDirectories(tree);
      writeUses(folder, 1);
      if (folder.state() instanceof ContainerState.Running running) {
        mount(tree, ofRunning(running.process(), tree));
        return tree;
      }
      ContainerMaker maker = new ContainerMaker(containers, caller);
      ContainerView.claim(maker, folder);
      try {
        mount(tree, ofStopped(folder, tree));
      } finally {
        ContainerView.release(front, maker, folder);
      }
      return tree;
    }
  }

  private void mount(Path tree, Program program) throws IOException {
    Front.Outcome outcome = front.run(program.encode());
    if (!outcome.succeeded()) {
      Files.deleteIfExists(tree);
      throw new MountException(tree, false, outcome.errno());
    }
  }

  private static Program ofRunning(ProcessIdentity process, Path tree) {
    Instructions steps = new Instructions();
    steps.add(
        "show the root of process " + process.pid() + " on " + tree,
        Opcode.MOUNT_OF,
        process.pid(),
        process.startTime(),
        "/",
        tree.toString());
    return Program.of(steps);
  }

  private Program ofStopped(ContainerFolder folder, Path tree) throws IOException {
    ContainerRecord record = folder.record();
    Driver driver = Drivers.named(record.driver(), images.snapshots());
    if (driver == null) {
      throw new IOException("there is no storage driver " + record.driver());
    }
    RootMount mount = driver.mounts(record.layers(), folder.lasting());
    if (mount instanceof RootMount.Directory directory) {
      return ViewPlan.bind(directory.path().toString(), tree.toString());
    }
    Rootfs.Overlay overlay = ContainerView.overlay((RootMount.Overlay) mount, containers, tree);
    return ViewPlan.overlay(overlay);
  }

  /// Counts one use less, and unmounts with the last.
  ///
  /// @param force unmount at once, also while processes use it
  /// @return false if it is not mounted
  /// @throws MountException if a process uses it
  public boolean unmount(ContainerFolder folder, boolean force)
      throws IOException, ContainerBusyException {
    try (ContainerLock _ = ContainerLock.take(folder)) {
      Path tree = folder.lasting().toRealPath().resolve(TREE);
      if (of(folder).isEmpty()) {
        forget(folder, tree);
        return false;
      }
      int uses = force ? 1 : uses(folder);
      if (uses > 1) {
        writeUses(folder, uses - 1);
        return true;
      }
      if (folder.state() instanceof ContainerState.Running) {
        unmountOfRunning(folder, tree, force);
        return true;
      }
      ContainerMaker maker = new ContainerMaker(containers, caller);
      ContainerView.claim(maker, folder);
      try {
        unmount(folder, tree, force);
      } finally {
        ContainerView.release(front, maker, folder);
      }
      return true;
    }
  }

  /* Its monitor may start it again, and needs what it was started with. */
  private void unmountOfRunning(ContainerFolder folder, Path tree, boolean force)
      throws IOException {
    if (Files.exists(folder.running().resolve(ROOT))) {
      throw new IOException(
          "cannot unmount storage for container "
              + folder.record().name()
              + " as it is running or paused: container state improper");
    }
    unmount(folder, tree, force);
  }

  private void unmount(ContainerFolder folder, Path tree, boolean force) throws IOException {
    int mounts = MountTable.read().mountsOn(tree);
    Front.Outcome outcome = front.run(ViewPlan.unmount(tree.toString(), mounts, force).encode());
    if (!outcome.succeeded()) {
      throw new MountException(tree, true, outcome.errno());
    }
    forget(folder, tree);
  }

  private static void forget(ContainerFolder folder, Path tree) throws IOException {
    Files.deleteIfExists(tree);
    Files.deleteIfExists(folder.lasting().resolve(USES));
  }

  /// What lies in a container's folder, without what is only mounted there.
  static List<Path> ownFiles(ContainerFolder folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.lasting())) {
      for (Path entry : entries) {
        if (!entry.getFileName().toString().equals(TREE)) {
          files.add(entry);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of(); // just removed
    }
    return files;
  }

  private static int uses(ContainerFolder folder) throws IOException {
    Path file = folder.lasting().resolve(USES);
    String text = Files.readString(file).strip();
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IOException(file + " should be a number, and is: " + text, e);
    }
  }

  /* Before it is mounted: a mount without it is none of ours. */
  private static void writeUses(ContainerFolder folder, int uses) throws IOException {
    Files.write(folder.lasting().resolve(USES), (uses + "\n").getBytes(StandardCharsets.US_ASCII));
  }
}
