package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.plan.FilterCompiler;
import nsbox.runtime.plan.Handover;
import nsbox.runtime.plan.IdMapping;
import nsbox.runtime.plan.Launch;
import nsbox.runtime.plan.LaunchPlan;
import nsbox.runtime.plan.Rootfs;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.LinuxSpec;
import nsbox.runtime.spec.MountSpec;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.runtime.state.ProcessIdentity;
import nsbox.snapshot.Driver;
import nsbox.snapshot.RootMount;

/// From a container on disk to a launch program: every start of it, the first and all others.
public final class ContainerStart {
  private static final int IMAGE_REMOVAL_MILLIS = 60_000;
  private static final String MEMORY = "/dev/shm";

  private final Containers containers;
  private final ContainerFolder folder;
  private final ContainerRecord record;

  public ContainerStart(Containers containers, ContainerFolder folder, ContainerRecord record) {
    this.containers = containers;
    this.folder = folder;
    this.record = record;
  }

  /// Compiles config.json for the host as it is now.
  ///
  /// @param driver of the container's root file system
  /// @param apart the monitor is another process than the user's `nsbox`
  /// @param attached the user's `nsbox` stays with it
  /// @param descriptors how many of the caller's from 3 on the container gets
  /// @param notifySocket that its monitor tells of itself; empty for none
  /// @throws UnsupportedSpecException if this host or this runtime cannot do what it asks
  public Program program(
      JsonObject config,
      Driver driver,
      DefaultFilter filter,
      boolean apart,
      boolean attached,
      int descriptors,
      String notifySocket)
      throws IOException, UnsupportedSpecException {
    join(config);
    fillOnce(config);
    ContainerSecrets.addVariables(containers.roots(), record, config.object("process"));
    FilterCompiler compiler =
        record.defaultFilter() ? FilterCompiler.ready(filter.filter()) : FilterCompiler::direct;
    Spec spec = Spec.parse(config);
    EventSteps events = new EventSteps(containers.roots(), folder, record);
    Launch launch =
        new Launch(
            folder.id(),
            folder.lasting().toString(),
            spec,
            rootfs(driver, spec.linux()),
            record.keepInput(),
            ContainerWatch.of(
                folder,
                record,
                events,
                networks().hold(),
                health(events, config, spec, compiler),
                apart,
                attached,
                notifySocket),
            folder.records(),
            CgroupLayout.ofHost(),
            compiler,
            record.passesStreams()
                ? Handover.passing(descriptors, record.pidFile())
                : Handover.monitored(descriptors, record.pidFile()),
            false,
            teardown(events));
    List<Rootfs.Overlay> trees = ContainerTrees.overlays(record, folder, driver);
    List<Launch.Borrowed> borrowed = memory(spec);
    List<Instruction> joining = networks().join();
    return LaunchPlan.compile(
        trees.isEmpty() && borrowed.isEmpty() && joining.isEmpty()
            ? launch
            : launch.with(new Launch.Beside(trees, borrowed, joining)));
  }

  private ContainerNetworks networks() {
    return new ContainerNetworks(containers, folder, record);
  }

  private List<Instruction> health(
      EventSteps events, JsonObject config, Spec spec, FilterCompiler compiler)
      throws IOException, UnsupportedSpecException {
    Optional<ContainerHealth> health = ContainerHealth.of(folder, record);
    if (health.isEmpty()) {
      return List.of();
    }
    Instructions steps = new Instructions();
    health.get().watch(steps, events, config, spec, compiler);
    return steps.list();
  }

  /* Volumes begin with what the image has there; later starts leave empty what was emptied. */
  private void fillOnce(JsonObject config) throws IOException {
    if (!Files.exists(folder.startedFile())) {
      return;
    }
    for (JsonObject mount : config.objects("mounts")) {
      if (mount.optionalString("type").orElse("").equals("bind")) {
        List<String> options = new ArrayList<>(mount.strings("options"));
        options.remove("tmpcopyup");
        mount.put("options", options);
      }
    }
  }

  /* Who shares System V memory shares that of POSIX too, unless something else was to be there. */
  private List<Launch.Borrowed> memory(Spec spec) throws IOException {
    String id = record.joins().get("ipc");
    if (id == null) {
      return List.of();
    }
    for (MountSpec mount : spec.mounts()) {
      if (mount.destination().equals(MEMORY)) {
        return List.of();
      }
    }
    ProcessIdentity process =
        ProcessIdentity.read(containers.folder(id).processFile()).orElseThrow();
    return List.of(new Launch.Borrowed(process.pid(), process.startTime(), MEMORY));
  }

  /* The processes of other containers are others with each start. */
  private void join(JsonObject config) throws IOException {
    Map<String, String> joins = record.joins();
    if (joins.isEmpty()) {
      return;
    }
    for (JsonObject namespace : config.object("linux").objects("namespaces")) {
      String type = namespace.string("type");
      String id = joins.get(type);
      if (id == null) {
        continue;
      }
      Optional<ProcessIdentity> process = ProcessIdentity.read(containers.folder(id).processFile());
      if (process.isEmpty() || !process.get().isAlive()) {
        throw new IOException(
            "cannot start container "
                + record.name()
                + ": it shares the "
                + type
                + " namespace of container "
                + id
                + ", which does not run");
      }
      if (type.equals("network")) {
        ContainerNetworks.share(containers.folder(id));
      }
      namespace.put("path", "/proc/" + process.get().pid() + "/ns/" + file(type));
    }
  }

  private static String file(String type) {
    return switch (type) {
      case "network" -> "net";
      case "mount" -> "mnt";
      default -> type;
    };
  }

  private Rootfs rootfs(Driver driver, LinuxSpec linux)
      throws IOException, UnsupportedSpecException {
    RootMount mount = driver.mounts(record.layers(), folder.lasting());
    boolean mapped = linux.hasNewNamespace("user");
    Optional<Path> mounted = ContainerMounts.of(folder);
    if (mounted.isPresent()) {
      if (mapped) {
        throw new IOException(
            "container "
                + record.name()
                + " is mounted on the host, with the ids of the disk\n  Unmount it first: nsbox"
                + " unmount "
                + record.name());
      }
      ContainerMounts.becomeRoot(folder);
      return new Rootfs.Directory(mounted.get().toString(), true);
    }
    if (mount instanceof RootMount.Directory directory) {
      if (mapped) {
        throw new UnsupportedSpecException(
            "linux.uidMappings", "needs the storage driver overlay, whose mounts shift ids");
      }
      return new Rootfs.Directory(directory.path().toString(), true);
    }
    RootMount.Overlay overlay = (RootMount.Overlay) mount;
    List<String> lowers = new ArrayList<>();
    for (Path directory : overlay.lowers()) {
      lowers.add(directory.toString());
    }
    Path marks = ContainerMarks.layer(containers.roots());
    if (ContainerMarks.isThere(marks)) {
      lowers.add(marks.toString());
    }
    RootMount.Writable writable = overlay.writable().orElseThrow();
    return new Rootfs.Overlay(
        lowers,
        writable.upper().toString(),
        writable.work().toString(),
        folder.mountPoint().toString(),
        record.autoRemove(),
        overlay.userAttributes(),
        mapped
            ? Optional.of(new IdMapping(linux.uidMappings(), linux.gidMappings()))
            : Optional.empty());
  }

  /* The folder of the run root goes last: as long as it is there, somebody repeats the rest. */
  List<Instruction> teardown() throws IOException {
    return teardown(new EventSteps(containers.roots(), folder, record));
  }

  private List<Instruction> teardown(EventSteps events) throws IOException {
    Instructions steps = new Instructions();
    networks().leave(steps);
    if (record.autoRemove()) {
      ContainerMounts.unmount(folder, steps);
      String removed = containers.removed(folder.id()).toString();
      events.withdraw(steps, folder.lasting().toString(), removed);
      steps.addIgnoring(
          Instruction.MISSING,
          "free the name " + record.name(),
          Opcode.UNLINK_LINK,
          containers.nameLink(record.name()).toString(),
          Containers.nameTarget(folder.id()).toString());
      steps.addIgnoring(
          Instruction.MISSING,
          "free the name that it got later",
          Opcode.UNLINK_NAMED,
          folder.renamedFile().toString(),
          containers.nameLink("").toString(),
          Containers.nameTarget(folder.id()).toString());
      steps.add("remove its files", Opcode.REMOVE_TREE, removed);
      removeVolumes(steps);
    }
    removeImage(steps);
    steps.add("remove " + folder.running(), Opcode.REMOVE_TREE, folder.running().toString());
    return steps.list();
  }

  /* By a command of ours. An image that others use stays. */
  private void removeImage(Instructions steps) throws IOException {
    if (record.imageRemoval().isEmpty()) {
      return;
    }
    steps.addIgnoring(
        Instruction.WARN,
        "remove image " + record.image(),
        Opcode.HOOK,
        record.imageRemoval().getFirst(),
        record.imageRemoval(),
        List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"),
        (long) IMAGE_REMOVAL_MILLIS,
        "",
        "",
        "/");
  }

  /* Those that were made for it alone. */
  private void removeVolumes(Instructions steps) throws IOException {
    for (JsonObject mount : record.json().objects("mounts")) {
      if (!mount.flag("Anonymous")) {
        continue;
      }
      String name = mount.string("Name");
      steps.addIgnoring(
          Instruction.MISSING,
          "remove its volume " + name,
          Opcode.REMOVE_VOLUME,
          containers.roots().volumes().resolve(name).toString(),
          containers.roots().volumes().resolve(Volumes.REMOVED + name).toString(),
          folder.id());
    }
  }
}
