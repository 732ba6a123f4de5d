package nsbox.runtime.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.runtime.cgroup.CgroupAccess;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;
import nsbox.runtime.cgroup.CgroupWrite;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.cgroup.DeviceWrites;
import nsbox.runtime.cgroup.FreeCgroup;
import nsbox.runtime.cgroup.ResourceWrites;
import nsbox.runtime.cgroup.Resources;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.UnsupportedSpecException;

/// A cgroup for the container in every hierarchy of the host, with its limits.
///
/// The limits are written before the first process joins, so nothing ever runs without them. Where
/// the cgroup is a scope of systemd, whose maker names a process that is in it from the start, that
/// process waits until they are written.
final class CgroupStage {
  private static final int MODE = 0755;
  private static final List<String> CPUSET = List.of("cpuset.cpus", "cpuset.mems");

  private final Launch launch;
  private final ContainerCgroup cgroup;

  CgroupStage(Launch launch) {
    this.launch = launch;
    this.cgroup = launch.cgroup();
  }

  /// The container's cgroup as a directory of the host.
  String directory(Hierarchy hierarchy) {
    for (ContainerCgroup.Place place : cgroup.places()) {
      if (place.hierarchy() == hierarchy) {
        return place.directory();
      }
    }
    /* Without a cgroup of its own it is in that of whoever makes it. */
    return hierarchy.ownPath().equals("/")
        ? hierarchy.mountPoint()
        : hierarchy.mountPoint() + hierarchy.ownPath();
  }

  /// @throws UnsupportedSpecException if the cgroup is in use, or if this host cannot limit what is
  ///   to be limited
  /// @throws IOException if a limit is none, or if a cgroup cannot be read
  void create(Instructions monitor) throws UnsupportedSpecException, IOException {
    FreeCgroup.require(cgroup);
    if (launch.scope().isPresent()) {
      return;
    }
    Resources resources = Resources.parse(launch.spec().linux().resources());
    requireRights();
    for (ContainerCgroup.Place place : cgroup.places()) {
      createParents(monitor, place.hierarchy(), resources);
      createDirectory(monitor, place.hierarchy());
    }
    limit(monitor, resources);
  }

  private void limit(Instructions monitor, Resources resources)
      throws UnsupportedSpecException, IOException {
    for (CgroupWrite write : ResourceWrites.of(resources, cgroup)) {
      write.addTo(monitor);
    }
    /* Only the host's root can filter devices. Nobody else has any beyond those that it has anyway:
     * the kernel opens none that was made in a user namespace. */
    if (launch.rights().ofHost()) {
      DeviceWrites.addTo(monitor, resources.devices(), cgroup);
    }
  }

  /* What was asked for by name is not done without. */
  private void requireRights() throws UnsupportedSpecException {
    if (!launch.rights().cgroupsOptional()) {
      return;
    }
    for (ContainerCgroup.Place place : cgroup.places()) {
      if (!CgroupAccess.isAllowed(place)) {
        throw new UnsupportedSpecException(
            "linux.cgroupsPath",
            "permission denied: user "
                + launch.rights().uid()
                + " may not make "
                + place.directory()
                + "; without this field the container gets no cgroup there");
      }
    }
  }

  /// Has the scope made for the process that was just spawned, which waits before all else.
  ///
  /// @param number of the step at which it waits
  void enterScope(Instructions monitor, Instructions init, int number)
      throws UnsupportedSpecException, IOException {
    if (launch.scope().isEmpty()) {
      return;
    }
    init.add("wait to be in a scope with its limits", Opcode.SYNC, number);
    monitor.add("wait until it waits", Opcode.AWAIT_SYNC, number);
    monitor.add("have it put into the scope " + launch.scope().get(), Opcode.AWAIT_PLANNER);
    Resources resources = Resources.parse(launch.spec().linux().resources());
    for (ContainerCgroup.Place place : cgroup.places()) {
      Hierarchy hierarchy = place.hierarchy();
      if (cgroup.isUnified()) {
        /* systemd hands down those that it knows. */
        List<String> path = above(hierarchy);
        path.addFirst(hierarchy.mountPoint());
        for (String directory : path) {
          delegate(monitor, directory, rareControllers(resources));
        }
      } else if (!hierarchy.unified() && !hierarchy.name().equals(CgroupLayout.SYSTEMD)) {
        /* systemd makes it in the hierarchies of version 1 that it limits itself, and in no others. */
        createParents(monitor, hierarchy, resources);
        createDirectory(monitor, hierarchy);
      }
    }
    limit(monitor, resources);
    monitor.add("let it go on", Opcode.GO_ON);
  }

  /* An empty one that is there is taken. One that was not there a moment ago and is now belongs to
   * somebody else who looked at the same time; or to systemd, which makes one scope of a name. */
  private void createDirectory(Instructions monitor, Hierarchy hierarchy) {
    String directory = directory(hierarchy);
    boolean scoped = launch.scope().isPresent();
    if (scoped || !Files.exists(Path.of(directory))) {
      int ignored = scoped ? Instruction.EXISTS : 0;
      monitor.addIgnoring(ignored, "create the cgroup " + directory, Opcode.MKDIR, directory, MODE);
    }
    if (hierarchy.name().equals("cpuset") && inheritsNothing(directory)) {
      copyCpuset(monitor, parent(directory), directory);
    }
  }

  private static boolean inheritsNothing(String directory) {
    for (String file : CPUSET) {
      if (read(directory, file).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /// The container's cgroup of version 2, into which its process is born; empty without version 2,
  /// and where the process is put into a scope.
  String unifiedDirectory() {
    return launch.scope().isPresent() ? "" : cgroup.unifiedDirectory().orElse("");
  }

  /// Joins the hierarchies of version 1.
  ///
  /// By `tasks` and not by `cgroup.procs`: who moves but itself, one thread, needs no lock over all
  /// processes of the host, for which the kernel waits about 9 ms.
  void join(Instructions init) {
    for (ContainerCgroup.Place place : cgroup.places()) {
      if (!place.hierarchy().unified()) {
        String directory = place.directory();
        init.write("join the cgroup " + directory, directory + "/tasks", "0");
      }
    }
  }

  /// Where criu is to put the cgroups that a checkpoint has, in its own words.
  List<String> rootsForCriu() {
    List<String> roots = new ArrayList<>();
    for (ContainerCgroup.Place place : cgroup.places()) {
      Hierarchy hierarchy = place.hierarchy();
      String path = place.directory().substring(hierarchy.mountPoint().length());
      if (cgroup.isUnified()) {
        roots.addAll(List.of("--cgroup-root", path));
      } else if (!hierarchy.unified()) {
        for (String controller : hierarchy.name().split(",")) {
          roots.addAll(List.of("--cgroup-root", controller + ":" + path));
        }
      }
    }
    return roots;
  }

  /// The file that counts who was killed for want of memory; empty where nobody counts.
  String memoryEvents() {
    Optional<String> memory = cgroup.isUnified() ? Optional.empty() : cgroup.directory("memory");
    if (memory.isPresent()) {
      return memory.get() + "/memory.oom_control";
    }
    return cgroup.isUnified() ? cgroup.unifiedDirectory().orElseThrow() + "/memory.events" : "";
  }

  void remove(Instructions teardown) {
    if (cgroup.places().isEmpty()) {
      return;
    }
    /* One hierarchy knows all processes; version 2 kills them in one step. */
    String killing = cgroup.unifiedDirectory().orElse(cgroup.places().getFirst().directory());
    teardown.add("end whatever still runs in " + killing, Opcode.KILL_CGROUP, killing);
    for (ContainerCgroup.Place place : cgroup.places()) {
      teardown.addIgnoring(
          Instruction.MISSING,
          "remove the cgroup " + place.directory(),
          Opcode.RMDIR,
          place.directory());
    }
  }

  private static String parent(String directory) {
    return directory.substring(0, directory.lastIndexOf('/'));
  }

  private void createParents(Instructions monitor, Hierarchy hierarchy, Resources resources) {
    List<String> controllers = new ArrayList<>(List.of("cpuset", "cpu", "io", "memory", "pids"));
    controllers.addAll(rareControllers(resources));
    if (hierarchy.unified() && launch.cgroups().isUnified()) {
      delegate(monitor, hierarchy.mountPoint(), controllers);
    }
    for (String path : above(hierarchy)) {
      boolean cpuset = hierarchy.name().equals("cpuset");
      if (cpuset && Files.exists(Path.of(path))) {
        continue;
      }
      monitor.addIgnoring(
          Instruction.EXISTS, "make room for cgroups in " + path, Opcode.MKDIR, path, MODE);
      if (cpuset) {
        copyCpuset(monitor, parent(path), path);
      }
      if (hierarchy.unified() && launch.cgroups().isUnified()) {
        delegate(monitor, path, controllers);
      }
    }
  }

  /* The cgroups between the hierarchy's root and the container's, downwards. */
  private List<String> above(Hierarchy hierarchy) {
    List<String> above = new ArrayList<>();
    String directory = parent(directory(hierarchy));
    while (directory.length() > hierarchy.mountPoint().length()) {
      above.addFirst(directory);
      directory = parent(directory);
    }
    return above;
  }

  /* In version 2 a controller reaches a cgroup only if every one above it hands it down. One write
   * for each, because one that is missing would refuse all. */
  private static void delegate(Instructions monitor, String directory, List<String> controllers) {
    for (String controller : controllers) {
      monitor.addIgnoring(
          Instruction.ALL,
          "hand the " + controller + " controller down from " + directory,
          Opcode.WRITE_FILE,
          directory + "/cgroup.subtree_control",
          ("+" + controller).getBytes(java.nio.charset.StandardCharsets.US_ASCII),
          0,
          0);
    }
  }

  /* What few ask for. */
  private static List<String> rareControllers(Resources resources) {
    List<String> controllers = new ArrayList<>();
    if (!resources.hugepageLimits().isEmpty() || hasUnified(resources, "hugetlb.")) {
      controllers.add("hugetlb");
    }
    if (!resources.rdma().isEmpty() || hasUnified(resources, "rdma.")) {
      controllers.add("rdma");
    }
    return controllers;
  }

  private static boolean hasUnified(Resources resources, String prefix) {
    for (String file : resources.unified().keySet()) {
      if (file.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  /* A new cgroup of the version 1 cpuset controller has no CPUs, and then takes no process. What
   * it gets is what the nearest one above has that is there already. */
  private static void copyCpuset(Instructions monitor, String from, String to) {
    for (String file : CPUSET) {
      String value = inherited(from, file);
      monitor.write("allow " + value + " as " + file + " in " + to, to + "/" + file, value);
    }
  }

  private static String inherited(String directory, String file) {
    for (String at = directory; at.length() > 1; at = parent(at)) {
      String value = read(at, file);
      if (!value.isEmpty()) {
        return value;
      }
    }
    return "0";
  }

  /* One that is not there yet has what the one above it has. */
  private static String read(String directory, String file) {
    try {
      return Files.readString(Path.of(directory, file)).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
