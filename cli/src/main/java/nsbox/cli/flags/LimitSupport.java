package nsbox.cli.flags;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;

/// What this host's cgroups can limit.
final class LimitSupport {
  private final CgroupLayout layout;

  LimitSupport(CgroupLayout layout) {
    this.layout = layout;
  }

  static LimitSupport ofHost() throws Failure {
    try {
      return new LimitSupport(CgroupLayout.ofHost());
    } catch (IOException e) {
      throw new Failure("cannot read which cgroups this host has: " + e.getMessage(), e);
    }
  }

  boolean isVersion2() {
    return layout.isUnified();
  }

  /// @param file of version 1, in the controller's root
  /// @param controller2 of version 2; empty where that cannot do it
  boolean has(String controller1, String file, String controller2) {
    if (layout.isUnified()) {
      return hasController(controller2);
    }
    Optional<Hierarchy> hierarchy = layout.controller(controller1);
    return hierarchy.isPresent() && Files.exists(Path.of(hierarchy.get().mountPoint(), file));
  }

  private boolean hasController(String controller) {
    try {
      String all =
          Files.readString(
              Path.of(layout.hierarchies().getFirst().mountPoint(), "cgroup.controllers"));
      return !controller.isEmpty() && (" " + all.strip() + " ").contains(" " + controller + " ");
    } catch (IOException e) {
      return false;
    }
  }

  /// The processors, or nodes of memory, that there are, as a list of ranges; empty where unknown.
  String available(String set) {
    Path file =
        Path.of(
            set.equals("cpus")
                ? "/sys/devices/system/cpu/online"
                : "/sys/devices/system/node/online");
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
