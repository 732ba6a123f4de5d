package nsbox.runtime.plan;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.LinuxSpec;
import nsbox.runtime.spec.MountSpec;

/// The nodes and links of the container's own /dev.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#default-devices
final class DeviceStage {
  private static final int S_IFCHR = 0020000;
  private static final int S_IFBLK = 0060000;
  private static final int S_IFIFO = 0010000;

  private final Launch launch;
  private final Instructions init;

  DeviceStage(Launch launch, Instructions init) {
    this.launch = launch;
    this.init = init;
  }

  /// The nodes and links of /dev, where the configuration mounts a /dev of the container's own.
  void add() {
    if (!hasOwnDev()) {
      return;
    }
    device("/dev/null", 1, 3);
    device("/dev/zero", 1, 5);
    device("/dev/full", 1, 7);
    device("/dev/random", 1, 8);
    device("/dev/urandom", 1, 9);
    device("/dev/tty", 5, 0);
    for (LinuxSpec.Device device : launch.spec().linux().devices()) {
      node(device);
    }
    link("/proc/self/fd", "/dev/fd");
    link("/proc/self/fd/0", "/dev/stdin");
    link("/proc/self/fd/1", "/dev/stdout");
    link("/proc/self/fd/2", "/dev/stderr");
    if (Files.exists(Path.of("/proc/kcore"))) {
      link("/proc/kcore", "/dev/core");
    }
    link("pts/ptmx", "/dev/ptmx");
  }

  private boolean hasOwnDev() {
    for (MountSpec mount : launch.spec().mounts()) {
      if (mount.destination().equals("/dev")) {
        return !mount.isBind();
      }
    }
    return false;
  }

  private void device(String path, int major, int minor) {
    node(new LinuxSpec.Device(path, 'c', major, minor, 0666, 0, 0));
  }

  private void node(LinuxSpec.Device device) {
    int type =
        switch (device.type()) {
          case 'b' -> S_IFBLK;
          case 'p' -> S_IFIFO;
          default -> S_IFCHR;
        };
    init.addIgnoring(
        Instruction.EXISTS,
        "make the device " + device.path() + " " + device.major() + ":" + device.minor(),
        Opcode.MKNOD_AT,
        device.path(),
        type | device.mode(),
        device.major(),
        device.minor(),
        device.uid(),
        device.gid());
  }

  private void link(String content, String path) {
    init.addIgnoring(
        Instruction.EXISTS, "link " + path + " to " + content, Opcode.SYMLINK_AT, content, path);
  }
}
