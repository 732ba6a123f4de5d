package nsbox.runtime.cgroup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.runtime.spec.UnsupportedSpecException;

/// The limits of a container as writes to files of its cgroup, in the order that the kernel wants.
///
/// Some values bind each other: memory may not exceed memory and swap together, a burst not the
/// quota. Which of two goes first depends on what is there, so a cgroup that exists is looked at;
/// one that does not has the kernel's defaults, that is no limits.
///
/// Devices are not among the writes: see [DeviceWrites].
public final class ResourceWrites {
  private final ContainerCgroup cgroup;
  private final List<CgroupWrite> writes = new ArrayList<>();

  ResourceWrites(ContainerCgroup cgroup) {
    this.cgroup = cgroup;
  }

  /// @throws UnsupportedSpecException if a field asks for what this host's cgroups cannot do
  /// @throws IOException if a cgroup that is there cannot be read
  public static List<CgroupWrite> of(Resources resources, ContainerCgroup cgroup)
      throws UnsupportedSpecException, IOException {
    ResourceWrites writes = new ResourceWrites(cgroup);
    if (cgroup.isUnified()) {
      new Version2Writes(writes).add(resources);
    } else {
      new Version1Writes(writes).add(resources);
    }
    return List.copyOf(writes.writes);
  }

  /// Refuses an update that would leave less memory than is in use, where it asks to be refused
  /// (`memory.checkBeforeUpdate`). Version 1 refuses by itself, whether asked or not.
  ///
  /// @throws IOException with both values
  public static void checkBeforeUpdate(Resources resources, ContainerCgroup cgroup)
      throws IOException {
    MemoryLimits memory = resources.memory();
    if (!memory.checkBeforeUpdate() || !cgroup.isUnified()) {
      return;
    }
    String directory = cgroup.unifiedDirectory().orElseThrow();
    long usage = CgroupFile.numberIfThere(directory, "memory.current").orElse(0L);
    requireAbove("memory+swap limit", memory.swap().orElse(-1L), usage);
    requireAbove("memory limit", memory.limit().orElse(-1L), usage);
  }

  private static void requireAbove(String name, long limit, long usage) throws IOException {
    if (limit > 0 && limit <= usage) {
      throw new IOException("rejecting " + name + " " + limit + " <= usage " + usage);
    }
  }

  /// The directory of the controller that a field needs; of version 2, without a controller.
  ///
  /// @throws UnsupportedSpecException if the host has no such controller
  String directory(String controller, String field) throws UnsupportedSpecException, IOException {
    Optional<String> directory = cgroup.directory(controller);
    if (directory.isEmpty()) {
      throw unsupported(field, missing(controller));
    }
    if (cgroup.isUnified() && !controller.isEmpty()) {
      requireListed(controller, field);
    }
    return directory.get();
  }

  private String missing(String controller) {
    Optional<CgroupLayout.Hierarchy> missing = cgroup.missing(controller);
    return missing.isPresent()
        ? "the container has no cgroup in "
            + missing.get().mountPoint()
            + "; who makes it has no right to one there, unless root delegates it"
        : "this host has no " + controller + " controller";
  }

  private void requireListed(String controller, String field)
      throws UnsupportedSpecException, IOException {
    String root = root(controller);
    String listed = CgroupFile.readIfThere(root, "cgroup.controllers").orElse(controller);
    if (!(" " + listed + " ").contains(" " + controller + " ")) {
      throw unsupported(field, "this host has no " + controller + " controller in " + root);
    }
  }

  /// The root of the hierarchy that a controller is in.
  String root(String controller) {
    for (ContainerCgroup.Place place : cgroup.places()) {
      if (cgroup.isUnified() || place.hierarchy().hasController(controller)) {
        return place.hierarchy().mountPoint();
      }
    }
    throw new IllegalStateException("no directory was found for " + controller);
  }

  void write(String field, String directory, String file, String text) {
    writes.add(CgroupWrite.of(field, directory, file, text));
  }

  void writeIfThere(String field, String directory, String file, String text) {
    writes.add(CgroupWrite.optional(field, directory, file, text));
  }

  void writeFirst(String field, CgroupWrite.Choice... choices) {
    writes.add(new CgroupWrite(field, List.of(choices), false));
  }

  /// A field that says something these cgroups cannot do.
  static UnsupportedSpecException unsupported(String field, String reason) {
    return new UnsupportedSpecException("linux.resources." + field, reason);
  }

  /// RDMA is the same in both versions.
  void rdma(List<Resources.Rdma> limits) throws UnsupportedSpecException, IOException {
    for (Resources.Rdma limit : limits) {
      String field = "rdma." + limit.device();
      StringBuilder line = new StringBuilder(limit.device());
      if (limit.handles().isPresent()) {
        line.append(" hca_handle=").append(limit.handles().get());
      }
      if (limit.objects().isPresent()) {
        line.append(" hca_object=").append(limit.objects().get());
      }
      write(field, directory("rdma", field), "rdma.max", line.toString());
    }
  }

  /// Whether a period of time has to grow before the time to run within it changes: the share of
  /// the one in the other must never be above that of the parent, also between two writes.
  static boolean periodFirst(String directory, String file, long period) throws IOException {
    long current = CgroupFile.numberIfThere(directory, file).orElse(0L);
    return Long.compareUnsigned(period, current) >= 0;
  }
}
