package nsbox.runtime.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The processes in a cgroup and in those below it, which a container may have made for itself.
///
/// A list is true for the moment in which it is read: processes come and go meanwhile, and so do
/// cgroups. One that is not there has no processes.
public final class CgroupProcesses {
  private CgroupProcesses() {}

  /// The PIDs of a container, each once, as this process numbers them. Those in a PID namespace out
  /// of its sight are left out.
  ///
  /// One hierarchy tells all, for a process is in one cgroup of each.
  public static List<Long> of(ContainerCgroup cgroup) throws IOException {
    List<Long> visible = new ArrayList<>();
    if (cgroup.places().isEmpty()) {
      return visible;
    }
    String directory = cgroup.unifiedDirectory().orElse(cgroup.places().getFirst().directory());
    for (long pid : in(directory)) {
      /* The kernel writes 0 for a process that has no number here. */
      if (pid != 0 && !visible.contains(pid)) {
        visible.add(pid);
      }
    }
    return visible;
  }

  /// Whether no process is in the container's cgroup, in any hierarchy.
  public static boolean isEmpty(ContainerCgroup cgroup) throws IOException {
    for (ContainerCgroup.Place place : cgroup.places()) {
      if (!in(place.directory()).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  public static List<Long> in(String directory) throws IOException {
    List<Long> pids = new ArrayList<>();
    collect(Path.of(directory), pids);
    return pids;
  }

  private static void collect(Path directory, List<Long> pids) throws IOException {
    Optional<String> members = members(directory.toString());
    if (members.isEmpty()) {
      return;
    }
    for (String line : members.get().split("\n")) {
      if (!line.isEmpty()) {
        pids.add(CgroupFile.parse(directory.toString(), "cgroup.procs", line));
      }
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry)) {
          collect(entry, pids);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      /* Removed meanwhile, and so without processes. */
      return;
    }
  }

  /* A threaded cgroup of version 2 lists no processes, but the threads that are in it. */
  private static Optional<String> members(String directory) throws IOException {
    Optional<String> type = Optional.empty();
    if (CgroupFile.exists(directory, "cgroup.type")) {
      type = CgroupFile.readIfThere(directory, "cgroup.type");
    }
    boolean threaded = type.isPresent() && type.get().equals("threaded");
    return CgroupFile.readIfThere(directory, threaded ? "cgroup.threads" : "cgroup.procs");
  }
}
