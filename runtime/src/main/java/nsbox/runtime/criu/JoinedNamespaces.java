package nsbox.runtime.criu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.plan.Restore;
import nsbox.runtime.spec.LinuxSpec.Namespace;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Namespaces that a container has not of its own, but joins by a path.
///
/// Those of network and processes stay as they are while the container is away: criu leaves them
/// out of the checkpoint, under names that are runc's too, and takes them over as descriptors. The
/// others it saves like the container's own, and joins those of the paths instead.
final class JoinedNamespaces {
  private final Spec spec;

  JoinedNamespaces(Spec spec) {
    this.spec = spec;
  }

  List<String> dumped(int pid) throws IOException {
    List<String> arguments = new ArrayList<>();
    for (Namespace namespace : spec.linux().namespaces()) {
      if (namespace.path().isPresent() && isLeftOut(namespace)) {
        String name = name(namespace);
        Object inode = Files.getAttribute(Path.of("/proc/" + pid + "/ns/" + name), "unix:ino");
        arguments.addAll(List.of("--external", name + "[" + inode + "]:" + key(name)));
      }
    }
    return arguments;
  }

  /// @param open where the paths are added that are to be open for it; the first has the descriptor
  ///   [Restore#FIRST_DESCRIPTOR]
  /// @throws UnsupportedSpecException for a namespace of cgroups, which criu cannot join
  List<String> restored(List<String> open) throws UnsupportedSpecException {
    List<String> arguments = new ArrayList<>();
    for (Namespace namespace : spec.linux().namespaces()) {
      if (namespace.path().isEmpty()) {
        continue;
      }
      String name = name(namespace);
      if (name.equals("cgroup")) {
        throw new UnsupportedSpecException(
            "linux.namespaces", "criu cannot restore into a cgroup namespace that is there");
      }
      if (isLeftOut(namespace)) {
        int descriptor = Restore.FIRST_DESCRIPTOR + open.size();
        open.add(namespace.path().get());
        arguments.addAll(List.of("--inherit-fd", "fd[" + descriptor + "]:" + key(name)));
      } else {
        arguments.addAll(List.of("--join-ns", name + ":" + namespace.path().get()));
      }
    }
    return arguments;
  }

  private static boolean isLeftOut(Namespace namespace) {
    return namespace.type().equals("network") || namespace.type().equals("pid");
  }

  private static String name(Namespace namespace) {
    return switch (namespace.type()) {
      case "network" -> "net";
      case "mount" -> "mnt";
      default -> namespace.type();
    };
  }

  private static String key(String name) {
    return name.equals("net") ? "extRootNetNS" : "extRootPidNS";
  }
}
