package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.List;
import nsbox.bundle.options.NamespaceOptions;
import nsbox.bundle.options.NamespaceOptions.Kind;
import nsbox.bundle.options.NamespaceOptions.Namespace;

/// A namespace that is another container's.
///
/// @param option that asks for it
/// @param type as config.json names it
/// @param file below `/proc/PID/ns`
/// @param container its name or ID, as the user wrote it
public record Joined(String option, String type, String file, String container) {

  public static List<Joined> of(NamespaceOptions options) {
    List<Joined> joined = new ArrayList<>();
    add(joined, options.network(), "--network", "network", "net");
    add(joined, options.pid(), "--pid", "pid", "pid");
    add(joined, options.ipc(), "--ipc", "ipc", "ipc");
    add(joined, options.uts(), "--uts", "uts", "uts");
    add(joined, options.cgroup(), "--cgroupns", "cgroup", "cgroup");
    add(joined, options.user(), "--userns", "user", "user");
    return joined;
  }

  private static void add(
      List<Joined> joined, Namespace namespace, String option, String type, String file) {
    if (namespace.kind() == Kind.CONTAINER) {
      joined.add(new Joined(option, type, file, namespace.target()));
    }
  }
}
