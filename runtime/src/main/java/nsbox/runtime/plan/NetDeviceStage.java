package nsbox.runtime.plan;

import java.util.Map;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.LinuxSpec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Moves network interfaces of the host to the container.
///
/// Nobody moves them back: with the namespace, virtual ones end, and the kernel gives the others to
/// the host again.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#network-devices
final class NetDeviceStage {
  private final LinuxSpec linux;
  private final int sync;

  /// @param sync a number that no other waiting has
  NetDeviceStage(LinuxSpec linux, int sync) {
    this.linux = linux;
    this.sync = sync;
  }

  /// By the container's process, in its network namespace.
  void await(Instructions init) {
    if (!linux.netDevices().isEmpty()) {
      init.add("wait for its network interfaces", Opcode.SYNC, sync);
    }
  }

  /// Meanwhile, by the monitor.
  void move(Instructions monitor) throws UnsupportedSpecException {
    if (linux.netDevices().isEmpty()) {
      return;
    }
    if (!linux.hasNamespace("network")) {
      throw new UnsupportedSpecException(
          "linux.netDevices", "needs a network namespace of the container's own");
    }
    monitor.add("wait until it is in its network namespace", Opcode.AWAIT_SYNC, sync);
    for (Map.Entry<String, String> device : linux.netDevices().entrySet()) {
      monitor.add(
          "move the network interface of linux.netDevices, "
              + device.getKey()
              + ", to the container as "
              + device.getValue(),
          Opcode.MOVE_INTERFACE,
          device.getKey(),
          device.getValue(),
          linux.namespace("network").get().path().orElse(""));
    }
    monitor.add("let it go on", Opcode.GO_ON);
  }
}
