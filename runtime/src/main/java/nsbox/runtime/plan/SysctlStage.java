package nsbox.runtime.plan;

import java.util.Map;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Kernel parameters of the container's own namespaces.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#sysctl
final class SysctlStage {
  private final Launch launch;
  private final Instructions init;

  SysctlStage(Launch launch, Instructions init) {
    this.launch = launch;
    this.init = init;
  }

  void add() throws UnsupportedSpecException {
    for (Map.Entry<String, String> entry : launch.spec().linux().sysctl().entrySet()) {
      String name = entry.getKey();
      requireOwnNamespace(name);
      init.add(
          "set " + name + " to " + entry.getValue(),
          Opcode.SYSCTL_AT,
          name.replace('.', '/'),
          entry.getValue());
    }
  }

  /* What is not of a namespace of the container would be set for the whole host. */
  private void requireOwnNamespace(String name) throws UnsupportedSpecException {
    String namespace =
        name.startsWith("net.")
            ? "network"
            : name.startsWith("fs.mqueue.") || isIpcSysctl(name) ? "ipc" : "";
    if (namespace.isEmpty()) {
      throw new UnsupportedSpecException(
          "linux.sysctl: " + name, "belongs to the host, not to a namespace of the container");
    }
    if (!launch.spec().linux().hasNamespace(namespace)) {
      throw new UnsupportedSpecException(
          "linux.sysctl: " + name, "needs the container's own " + namespace + " namespace");
    }
  }

  private static boolean isIpcSysctl(String name) {
    return switch (name) {
      case "kernel.msgmax",
          "kernel.msgmnb",
          "kernel.msgmni",
          "kernel.sem",
          "kernel.shmall",
          "kernel.shmmax",
          "kernel.shmmni",
          "kernel.shm_rmid_forced" ->
          true;
      default -> false;
    };
  }
}
