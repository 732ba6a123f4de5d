package nsbox.runtime.plan;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.LinuxSpec;
import nsbox.runtime.spec.MountSpec;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// The nodes and links of the container's own /dev.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#default-devices
final class DeviceStage {
  private static final List<String> DEFAULTS =
      List.of("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty");
  private static final int S_IFCHR = 0020000;
  private static final int S_IFBLK = 0060000;
  private static final int S_IFIFO = 0010000;

  private final Launch launch;
  private final Instructions init;
  private final MountStage mounts;

  DeviceStage(Launch launch, Instructions init, MountStage mounts) {
    this.launch = launch;
    this.init = init;
    this.mounts = mounts;
  }

  /// What a user namespace cannot make and so takes from the host, in the order of [#add].
  static List<String> bound(Spec spec) {
    List<String> paths = new ArrayList<>(hasOwnDev(spec) ? DEFAULTS : List.of());
    for (LinuxSpec.Device device : spec.linux().devices()) {
      if (device.type() != 'p' && !paths.contains(device.path())) {
        paths.add(device.path());
      }
    }
    return paths;
  }

  /// The devices that were asked for, wherever they are to be, and the default devices and links of
  /// /dev, where the configuration mounts a /dev of the container's own.
  void add() throws UnsupportedSpecException {
    checkPlaces();
    boolean ownDev = hasOwnDev(launch.spec());
    boolean binds = launch.spec().linux().hasNamespace("user") || !launch.rights().ofHost();
    if (binds) {
      for (String path : bound(launch.spec())) {
        mounts.bindSame(path);
      }
    } else if (ownDev) {
      defaultNodes();
    }
    for (LinuxSpec.Device device : launch.spec().linux().devices()) {
      if (device.type() == 'p' || !binds) {
        node(device, 0);
      }
    }
    if (ownDev) {
      links();
    }
  }

  /* A node in a directory of the host would stay there. */
  private void checkPlaces() throws UnsupportedSpecException {
    for (LinuxSpec.Device device : launch.spec().linux().devices()) {
      for (MountSpec mount : launch.spec().mounts()) {
        if (mount.isBind()
            && device.path().startsWith(mount.destination() + "/")
            && !Files.exists(
                Path.of(
                    mounts.source(mount)
                        + device.path().substring(mount.destination().length())))) {
          throw new UnsupportedSpecException(
              "linux.devices: " + device.path(),
              mount.destination() + " is a directory of the host, which has no such device");
        }
      }
    }
  }

  private void links() {
    link("/proc/self/fd", "/dev/fd");
    link("/proc/self/fd/0", "/dev/stdin");
    link("/proc/self/fd/1", "/dev/stdout");
    link("/proc/self/fd/2", "/dev/stderr");
    if (Files.exists(Path.of("/proc/kcore"))) {
      link("/proc/kcore", "/dev/core");
    }
    link("pts/ptmx", "/dev/ptmx");
  }

  private void defaultNodes() {
    device("/dev/null", 1, 3);
    device("/dev/zero", 1, 5);
    device("/dev/full", 1, 7);
    device("/dev/random", 1, 8);
    device("/dev/urandom", 1, 9);
    device("/dev/tty", 5, 0);
  }

  private static boolean hasOwnDev(Spec spec) {
    for (MountSpec mount : spec.mounts()) {
      if (mount.destination().equals("/dev")) {
        return !mount.isBind();
      }
    }
    return false;
  }

  /* One that was asked for by the same path comes in its place. */
  private void device(String path, int major, int minor) {
    for (LinuxSpec.Device device : launch.spec().linux().devices()) {
      if (device.path().equals(path)) {
        return;
      }
    }
    node(new LinuxSpec.Device(path, 'c', major, minor, 0666, 0, 0), Instruction.EXISTS);
  }

  private void node(LinuxSpec.Device device, int ignore) {
    int type =
        switch (device.type()) {
          case 'b' -> S_IFBLK;
          case 'p' -> S_IFIFO;
          default -> S_IFCHR;
        };
    init.addIgnoring(
        ignore,
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
