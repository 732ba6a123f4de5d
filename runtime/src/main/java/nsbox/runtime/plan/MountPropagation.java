package nsbox.runtime.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;

/// What of the host's mounts comes to the container, what of the container's goes to the host, and
/// how the one set of mounts takes the place of the other.
///
/// @spec
///   https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#rootfs-mount-propagation
final class MountPropagation {
  private static final long MS_REC = 16384;
  private static final long MS_UNBINDABLE = 1 << 17;
  private static final long MS_PRIVATE = 1 << 18;
  private static final long MS_SLAVE = 1 << 19;
  private static final long MS_SHARED = 1 << 20;

  private final String asked;
  private final Instructions init;

  /// @param asked `linux.rootfsPropagation`; empty for the default, `rslave`
  MountPropagation(String asked, Instructions init) {
    this.asked = asked;
    this.init = init;
  }

  private boolean isShared() {
    return asked.endsWith("shared");
  }

  /// The first step in a mount namespace of one's own.
  ///
  /// An unbindable root has private mounts first: what is unbindable could not be bound into the
  /// container either.
  void hostMounts() {
    if (isShared()) {
      init.add("share mounts with the host", Opcode.PROPAGATION, "/", recursive(asked) | MS_SHARED);
      return;
    }
    boolean slave = asked.isEmpty() || asked.endsWith("slave");
    init.add(
        "receive no mounts from the host" + (slave ? " but those it makes later" : ""),
        Opcode.PROPAGATION,
        "/",
        MS_REC | (slave ? MS_SLAVE : MS_PRIVATE));
  }

  /// Before something is mounted on a path of the host, which would see it where mounts are shared;
  /// and pivot_root(2) wants a parent that is not. The whole mount that the path lies on is no
  /// longer shared then, as with runc: a source that is to be must lie on another.
  void mountOn(String path) {
    if (isShared()) {
      init.add("keep from the host what is mounted on " + path, Opcode.PRIVATE_PARENT, path);
    }
  }

  /// Leaves the host's mounts behind.
  ///
  /// @param pivot by pivot_root(2), which an initial ramdisk as the host's root does not allow
  /// @param rootfs a directory, or the mount point of the container's root
  void enter(boolean pivot, String rootfs) {
    if (pivot) {
      init.add("make the new root the root", Opcode.PIVOT_ROOT);
    } else {
      coverKernelFiles(rootfs);
      init.add("move the new root over the root", Opcode.MOVE_ROOT);
    }
    if (isShared() || asked.endsWith("unbindable")) {
      init.add(
          "make the root " + asked,
          Opcode.PROPAGATION,
          "/",
          recursive(asked) | (isShared() ? MS_SHARED : MS_UNBINDABLE));
    }
  }

  private static long recursive(String kind) {
    return kind.startsWith("r") ? MS_REC : 0;
  }

  /* The host's mounts stay there under the new root. A process that may mount could show itself a
   * procfs or sysfs with nothing masked in it, which the kernel allows to whom has such a one. */
  private void coverKernelFiles(String rootfs) {
    for (String path : kernelFiles()) {
      if (!path.equals(rootfs) && !path.startsWith(rootfs + "/")) {
        init.add("take " + path + " of the host away", Opcode.COVER, path);
      }
    }
  }

  private static List<String> kernelFiles() {
    List<String> paths = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
        String[] words = line.split(" ");
        int separator = List.of(words).indexOf("-");
        String type = words[separator + 1];
        if (type.equals("proc") || type.equals("sysfs")) {
          paths.add(unescaped(words[4]));
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("the host's mounts", e);
    }
    return paths;
  }

  /* The kernel writes a blank as \040, and so on. */
  private static String unescaped(String path) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) == '\\') {
        text.append((char) Integer.parseInt(path.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        text.append(path.charAt(i));
      }
    }
    return text.toString();
  }
}
