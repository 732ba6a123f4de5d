package nsbox.runtime.cgroup;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;

/// Whether this process may make a cgroup and move a process of its own into it.
///
/// Who is not root may do so below what was delegated to it, and mostly nothing was.
///
/// @spec https://www.kernel.org/doc/html/latest/admin-guide/cgroup-v2.html#delegation
public final class CgroupAccess {
  private CgroupAccess() {}

  public static boolean isAllowed(ContainerCgroup.Place place) {
    Path directory = Path.of(place.directory());
    if (place.hierarchy().unified() && !Files.isWritable(commonProcesses(place))) {
      return false;
    }
    return Files.exists(directory)
        ? Files.isWritable(directory.resolve("cgroup.procs"))
        : Files.isWritable(nearest(directory));
  }

  private static Path nearest(Path directory) {
    Path nearest = directory;
    while (nearest.getParent() != null && !Files.exists(nearest)) {
      nearest = nearest.getParent();
    }
    return nearest;
  }

  /* Version 2 asks for the right to move processes in the lowest cgroup that is above both. */
  private static Path commonProcesses(ContainerCgroup.Place place) {
    Hierarchy hierarchy = place.hierarchy();
    Path root = Path.of(hierarchy.mountPoint());
    Path own = Path.of(hierarchy.mountPoint() + hierarchy.ownPath()).normalize();
    Path common = Path.of(place.directory()).normalize();
    while (!own.startsWith(common) && !common.equals(root)) {
      common = common.getParent();
    }
    return common.resolve("cgroup.procs");
  }
}
