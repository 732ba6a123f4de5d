package nsbox.engine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.plan.Rootfs;
import nsbox.runtime.plan.ViewPlan;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.MountSpec;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.runtime.state.ExecLaunch;
import nsbox.runtime.state.ProcessIdentity;
import nsbox.snapshot.Driver;
import nsbox.snapshot.Drivers;
import nsbox.snapshot.RootMount;

/// A container's root file system, for this process to look at and write to, whether the container
/// runs or not.
///
/// A process of the front's holds the mounts in a namespace of its own, and is gone when the view
/// is closed or the front has ended. Nobody else sees them. While a container that does not run is
/// viewed, it cannot be started or removed.
public final class ContainerView implements Closeable {
  private static final int TRIES = 200;
  private static final int PAUSE_MILLISECONDS = 50;
  private static final int END_MILLISECONDS = 10_000;

  private final Front front;
  private final ContainerFolder folder;
  private final Path root;
  private final Optional<ProcessIdentity> holder;
  private final Optional<ContainerMaker> claim;

  private ContainerView(
      Front front,
      ContainerFolder folder,
      Path root,
      Optional<ProcessIdentity> holder,
      Optional<ContainerMaker> claim) {
    this.front = front;
    this.folder = folder;
    this.root = root;
    this.holder = holder;
    this.claim = claim;
  }

  /// The root. The path leads through /proc, so it is to be opened once and not to be resolved
  /// again below.
  public Path root() {
    return root;
  }

  /// As the container's processes see it, or would, with what the user mounted there.
  ///
  /// @throws ContainerBusyException if another command starts or removes it
  public static ContainerView of(
      Containers containers,
      ContainerFolder folder,
      Images images,
      Front front,
      ProcessIdentity caller)
      throws IOException, ContainerBusyException {
    if (folder.state() instanceof ContainerState.Running running) {
      Path root = Path.of("/proc", Integer.toString(running.process().pid()), "root");
      return new ContainerView(front, folder, root, Optional.empty(), Optional.empty());
    }
    return ofStopped(containers, folder, images, front, caller, binds(folder));
  }

  /// Without what is mounted there.
  ///
  /// @throws ContainerBusyException if another command starts or removes it
  public static ContainerView bare(
      Containers containers,
      ContainerFolder folder,
      Images images,
      Front front,
      ProcessIdentity caller)
      throws IOException, ContainerBusyException {
    if (!(folder.state() instanceof ContainerState.Running running)) {
      return ofStopped(containers, folder, images, front, caller, List.of());
    }
    JsonObject linux = folder.config().object("linux");
    ContainerCgroup cgroup =
        ContainerCgroup.of(CgroupLayout.ofHost(), linux.optionalString("cgroupsPath").orElse("/"));
    Path record = folder.running().resolve("view-" + caller.pid());
    ProcessIdentity holder =
        hold(
            front,
            ViewPlan.uncovered(
                ExecLaunch.target(running.process(), cgroup),
                MountTable.below(running.process().pid()),
                record.toString()),
            record);
    Path root = Path.of("/proc", Integer.toString(holder.pid()), "root");
    return new ContainerView(front, folder, root, Optional.of(holder), Optional.empty());
  }

  private static ContainerView ofStopped(
      Containers containers,
      ContainerFolder folder,
      Images images,
      Front front,
      ProcessIdentity caller,
      List<MountSpec> binds)
      throws IOException, ContainerBusyException {
    ContainerMaker maker = new ContainerMaker(containers, caller);
    claim(maker, folder);
    try {
      ContainerRecord record = folder.record();
      Driver driver = Drivers.named(record.driver(), images.snapshots());
      if (driver == null) {
        throw new IOException("there is no storage driver " + record.driver());
      }
      RootMount mount = driver.mounts(record.layers(), folder.lasting());
      Path file = folder.running().resolve("view-" + caller.pid());
      Optional<Path> mounted = ContainerMounts.of(folder);
      if (mounted.isPresent()) {
        ProcessIdentity holder = hold(front, held(mounted.get(), binds, file), file);
        return new ContainerView(
            front, folder, within(holder, mounted.get()), Optional.of(holder), Optional.of(maker));
      }
      if (mount instanceof RootMount.Directory directory) {
        return new ContainerView(
            front, folder, directory.path(), Optional.empty(), Optional.of(maker));
      }
      Rootfs.Overlay overlay = overlay((RootMount.Overlay) mount, containers, folder.mountPoint());
      ProcessIdentity holder = hold(front, held(overlay, binds, file), file);
      return new ContainerView(
          front,
          folder,
          within(holder, folder.mountPoint()),
          Optional.of(holder),
          Optional.of(maker));
    } catch (IOException | RuntimeException e) {
      release(front, maker, folder);
      throw e;
    }
  }

  /* A path of the host as the holder sees it. */
  private static Path within(ProcessIdentity holder, Path path) {
    return Path.of("/proc", Integer.toString(holder.pid()), "root" + path);
  }

  private static Program held(Path mounted, List<MountSpec> binds, Path record) throws IOException {
    try {
      return ViewPlan.held(mounted.toString(), binds, record.toString());
    } catch (UnsupportedSpecException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static Program held(Rootfs.Overlay overlay, List<MountSpec> binds, Path record)
      throws IOException {
    try {
      return ViewPlan.held(overlay, binds, record.toString());
    } catch (UnsupportedSpecException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /* All but what is nsbox's own, which every start makes anew. */
  private static List<MountSpec> binds(ContainerFolder folder) throws IOException {
    List<MountSpec> binds = new ArrayList<>();
    try {
      for (MountSpec mount : Spec.parse(folder.config()).mounts()) {
        if (mount.isBind() && !Path.of(mount.source()).startsWith(folder.lasting())) {
          binds.add(mount);
        }
      }
    } catch (UnsupportedSpecException e) {
      throw new IOException(e.getMessage(), e);
    }
    return binds;
  }

  /* Others that view it are soon done. */
  static void claim(ContainerMaker maker, ContainerFolder folder)
      throws IOException, ContainerBusyException {
    for (int i = 0; !maker.claimExisting(folder); i++) {
      if (i == TRIES || folder.state() instanceof ContainerState.Running) {
        throw new ContainerBusyException(folder.record().name());
      }
      try {
        Thread.sleep(PAUSE_MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ContainerBusyException(folder.record().name());
      }
    }
  }

  static Rootfs.Overlay overlay(RootMount.Overlay mount, Containers containers, Path mountPoint) {
    List<String> lowers = new ArrayList<>();
    for (Path directory : mount.lowers()) {
      lowers.add(directory.toString());
    }
    Path marks = ContainerMarks.layer(containers.roots());
    if (ContainerMarks.isThere(marks)) {
      lowers.add(marks.toString());
    }
    RootMount.Writable writable = mount.writable().orElseThrow();
    return new Rootfs.Overlay(
        lowers,
        writable.upper().toString(),
        writable.work().toString(),
        mountPoint.toString(),
        false,
        mount.userAttributes(),
        Optional.empty());
  }

  private static ProcessIdentity hold(Front front, Program program, Path record)
      throws IOException {
    Front.Outcome outcome = front.launch(program, Front.Stay.NOT);
    if (!outcome.succeeded()) {
      Instruction failed = program.section(outcome.section()).get(outcome.index());
      throw new IOException(
          "cannot look into the container: " + failed.label() + ": error " + outcome.errno());
    }
    ProcessIdentity holder = ProcessIdentity.read(record).orElseThrow();
    Files.deleteIfExists(record);
    return holder;
  }

  @Override
  public void close() throws IOException {
    if (holder.isPresent()) {
      ProcessIdentity process = holder.get();
      Instructions steps = new Instructions();
      steps.addIgnoring(
          Instruction.ALL, "end it", Opcode.SIGNAL, process.pid(), process.startTime(), 9);
      steps.addIgnoring(
          Instruction.ALL,
          "wait for its end",
          Opcode.AWAIT_EXIT,
          process.pid(),
          process.startTime(),
          END_MILLISECONDS);
      front.run(Program.of(steps).encode());
    }
    if (claim.isPresent()) {
      release(front, claim.get(), folder);
    }
  }

  static void release(Front front, ContainerMaker maker, ContainerFolder folder)
      throws IOException {
    Instructions steps = new Instructions();
    maker.release(folder, steps);
    Front.Outcome outcome = front.run(Program.of(steps).encode());
    if (!outcome.succeeded()) {
      throw new IOException(
          "cannot release container " + folder.id() + ": error " + outcome.errno());
    }
  }
}
