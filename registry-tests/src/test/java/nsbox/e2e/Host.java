package nsbox.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// What nsbox could leave behind on the host.
///
/// @param links names of the network interfaces
/// @param cgroups every cgroup of a container, empty or not, of whoever
public record Host(List<String> links, TreeSet<String> cgroups) {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  static Host now() throws IOException {
    return new Host(Nsbox.entries(Path.of("/sys/class/net")), containerCgroups());
  }

  /// Fails with the names of all that belongs to the containers of `folder` and is still there.
  ///
  /// Other users of the host may come and go meanwhile: so processes and mounts count where they
  /// mention the folder, cgroups where they are new and nobody lives in them.
  void assertNothingLeft(Path folder) throws Exception {
    assertEquals(links, Nsbox.entries(Path.of("/sys/class/net")), "network interfaces");
    assertEquals(List.of(), mounts(folder), "mounts on the host");
    awaitEndOfProcesses(folder, 1);
    List<String> empty = emptyCgroups();
    if (!empty.isEmpty()) {
      /* Somebody may be between making a cgroup and entering it. */
      Thread.sleep(1000);
      empty.retainAll(emptyCgroups());
    }
    assertEquals(List.of(), empty, "cgroups");
  }

  /// Fails with those [#processes] of `folder` that live on for `seconds`.
  static void awaitEndOfProcesses(Path folder, int seconds) throws Exception {
    List<String> left = processes(folder);
    for (int tries = 0; tries < 50 * seconds && !left.isEmpty(); tries++) {
      Thread.sleep(20);
      left = processes(folder);
    }
    assertEquals(List.of(), left, "processes after " + seconds + " s");
  }

  private static List<String> mounts(Path folder) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .filter(it -> it.contains(folder.toString()))
        .toList();
  }

  /// Processes that were started with `folder` in their arguments or environment, and those that
  /// live on a root file system below it; as `PID COMMAND`.
  public static List<String> processes(Path folder) throws IOException {
    return processes(folder, true);
  }

  /// Processes that were started with `folder` in their arguments or environment, whatever is
  /// mounted.
  static List<String> startedWith(Path folder) throws IOException {
    return processes(folder, false);
  }

  private static List<String> processes(Path folder, boolean orMounted) throws IOException {
    List<String> found = new ArrayList<>();
    for (String pid : Nsbox.entries(Path.of("/proc"))) {
      if (!Character.isDigit(pid.charAt(0)) || pid.equals(ownPid())) {
        continue;
      }
      String command = read(pid, "cmdline");
      String mounts = orMounted ? read(pid, "mountinfo") : "";
      /* Zombies have neither; who shares our mounts is found by the words alone. */
      if ((command + read(pid, "environ") + mounts).contains(folder.toString())) {
        found.add(pid + " " + command.replace('\0', ' ').strip());
      }
    }
    return found;
  }

  /// None of a process that has ended.
  static List<Long> childrenOf(long pid) {
    return ProcessHandle.of(pid).stream()
        .flatMap(ProcessHandle::children)
        .map(ProcessHandle::pid)
        .toList();
  }

  private static String ownPid() {
    return Long.toString(ProcessHandle.current().pid());
  }

  private static String read(String pid, String file) {
    try {
      return new String(Files.readAllBytes(Path.of("/proc", pid, file)), ISO_8859_1);
    } catch (IOException e) {
      return ""; // ended meanwhile
    }
  }

  private static TreeSet<String> containerCgroups() throws IOException {
    TreeSet<String> cgroups = new TreeSet<>();
    List<Path> hierarchies = new ArrayList<>(List.of(CGROUPS));
    for (String name : Nsbox.entries(CGROUPS)) {
      hierarchies.add(CGROUPS.resolve(name));
    }
    for (Path hierarchy : hierarchies) {
      for (String name : Nsbox.entries(hierarchy.resolve("nsbox"))) {
        Path cgroup = hierarchy.resolve("nsbox").resolve(name);
        if (Files.isDirectory(cgroup)) {
          cgroups.add(cgroup.toString());
        }
      }
    }
    return cgroups;
  }

  /* Of a container that runs, at least one hierarchy has its processes. */
  private List<String> emptyCgroups() throws IOException {
    TreeSet<String> populated = new TreeSet<>();
    TreeSet<String> now = containerCgroups();
    for (String cgroup : now) {
      Path members = Path.of(cgroup, "cgroup.procs");
      if (Files.exists(members) && !Files.readString(members).isEmpty()) {
        populated.add(Path.of(cgroup).getFileName().toString());
      }
    }
    now.removeAll(cgroups);
    now.removeIf(it -> populated.contains(Path.of(it).getFileName().toString()));
    return new ArrayList<>(now);
  }
}
