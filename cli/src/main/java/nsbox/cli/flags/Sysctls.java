package nsbox.cli.flags;

import java.util.List;
import nsbox.bundle.options.NamespaceOptions;
import nsbox.cli.Failure;

/// Which kernel parameters are of a namespace; all others would be set for the whole host.
final class Sysctls {
  private static final List<String> IPC =
      List.of(
          "kernel.msgmax",
          "kernel.msgmnb",
          "kernel.msgmni",
          "kernel.sem",
          "kernel.shmall",
          "kernel.shmmax",
          "kernel.shmmni",
          "kernel.shm_rmid_forced");

  private Sysctls() {}

  /// sysctl(8) takes slashes too; beside them a dot is part of a name, as of an interface.
  static String dotted(String name) {
    return name.indexOf('.') < 0 ? name.replace('/', '.') : name;
  }

  static void check(String name, NamespaceOptions options) throws Failure {
    if (IPC.contains(name) || name.startsWith("fs.mqueue.")) {
      refuseHosts(name, "--ipc", options.ipc());
    } else if (name.startsWith("net.")) {
      refuseHosts(name, "--network", options.network());
    } else if (name.equals("kernel.hostname") || name.equals("kernel.domainname")) {
      throw new Failure("--sysctl " + name + ": use --hostname and --domainname");
    } else {
      throw new Failure(
          "--sysctl " + name + ": is not of a namespace, so it would be set for the whole host");
    }
  }

  private static void refuseHosts(String name, String option, NamespaceOptions.Namespace namespace)
      throws Failure {
    if (namespace.isHost()) {
      throw new Failure("--sysctl " + name + ": is the host's with " + option + " host");
    }
  }
}
