package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.bundle.options.FileOptions;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.Sizes;

/// Options about what is mounted, and what may be written to.
final class MountFlags {
  private static final List<String> WRITABLE = List.of("/run", "/tmp", "/var/tmp");

  private MountFlags() {}

  static void addTo(Flags flags) {
    flags
        .texts(
            "SOURCE:TARGET[:OPTIONS]",
            "Show a volume, or a file or directory of the host; options: ro, rw, nocopy, rprivate, …",
            "-v",
            "--volume")
        .texts("type=TYPE,KEY=VALUE,…", "Mount bind, image, volume or tmpfs", "--mount")
        .texts("TARGET[:OPTIONS]", "Mount an empty file system in memory", "--tmpfs")
        .text("SIZE", "Size of /dev/shm (64m); 0 for no limit", "--shm-size")
        .flag("Make the root file system read-only", "--read-only")
        .flag("With --read-only, mount tmpfs on /run, /tmp and /var/tmp", "--read-only-tmpfs")
        .text("ZONE|local", "Set the time zone", "--tz");
  }

  /// @param more what other options mount
  static FileOptions read(Asked asked, List<Mount> more) throws Failure {
    List<Mount> mounts = new ArrayList<>();
    for (String volume : asked.texts("--volume")) {
      add(mounts, VolumeFlag.parse(volume, asked.invocation().directory()));
    }
    for (String mount : asked.texts("--mount")) {
      add(mounts, MountFlag.parse(mount, asked));
    }
    for (String tmpfs : asked.texts("--tmpfs")) {
      add(mounts, TmpfsFlag.parse(tmpfs));
    }
    Optional<Mount> zone = TimeZoneFlag.read(asked.text("--tz"));
    if (zone.isPresent()) {
      add(mounts, zone.get());
    }
    for (Mount mount : more) {
      if (!has(mounts, mount.destination())) {
        mounts.add(mount);
      }
    }
    boolean readonly = asked.isSet("--read-only");
    if (readonly && asked.isSet("--read-only-tmpfs")) {
      for (String target : WRITABLE) {
        if (!has(mounts, target)) {
          mounts.add(TmpfsFlag.copying(target, "--read-only-tmpfs"));
        }
      }
    }
    return new FileOptions(readonly, mounts, sharedMemory(asked));
  }

  private static void add(List<Mount> mounts, Mount mount) throws Failure {
    if (has(mounts, mount.destination())) {
      throw new Failure(mount.flag() + " " + mount.destination() + ": duplicate mount destination");
    }
    mounts.add(mount);
  }

  private static boolean has(List<Mount> mounts, String destination) {
    for (Mount mount : mounts) {
      if (mount.destination().equals(destination)) {
        return true;
      }
    }
    return false;
  }

  private static Optional<String> sharedMemory(Asked asked) throws Failure {
    Optional<String> text = asked.text("--shm-size");
    if (text.isEmpty()) {
      return text;
    }
    String ipc = asked.text("--ipc").orElse("");
    if (ipc.equals("host")) {
      throw new Failure("--shm-size " + text.get() + ": with --ipc host, /dev/shm is the host's");
    }
    if (ipc.startsWith("container:")) {
      throw new Failure(
          "--shm-size " + text.get() + ": with --ipc " + ipc + ", /dev/shm is that container's");
    }
    return Optional.of(
        text.get().equals("0") ? "0" : Long.toString(Sizes.parse(text.get(), "--shm-size")));
  }
}
