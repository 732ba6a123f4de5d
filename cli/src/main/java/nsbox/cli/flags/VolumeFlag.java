package nsbox.cli.flags;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.cli.Failure;
import nsbox.engine.ContainerVolumes;
import nsbox.engine.Volumes;

/// The value of `--volume`.
final class VolumeFlag {
  private VolumeFlag() {}

  /// @param directory the caller's, for sources that begin with `.`
  /// @throws Failure if it does not name two paths, or an option that is none
  static Mount parse(String flag, String directory) throws Failure {
    String[] parts = flag.split(":", -1);
    if (parts.length == 1) {
      parts = new String[] {"", flag};
    }
    if (parts.length > 3 || parts[0].isEmpty() && flag.startsWith(":")) {
      throw new Failure("--volume " + flag + ": expected SOURCE:TARGET or SOURCE:TARGET:OPTIONS");
    }
    String source = parts[0];
    boolean folder = source.startsWith("/") || source.startsWith(".");
    if (!folder && !source.isEmpty() && !Volumes.isName(source)) {
      throw new Failure(
          "--volume "
              + flag
              + ": "
              + source
              + " is no name of a volume\n  For a folder write its path: /"
              + source
              + " or ./"
              + source);
    }
    if (source.startsWith(".") && directory.isEmpty()) {
      throw new Failure(
          "--volume " + flag + ": the current folder has been deleted; use an absolute path");
    }
    Path target = Path.of(parts[1]).normalize();
    if (!target.isAbsolute() || target.equals(Path.of("/"))) {
      throw new Failure("--volume " + flag + ": the target must be an absolute path other than /");
    }
    boolean readonly = false;
    boolean copies = true;
    String recursion = "rbind";
    String propagation = "rprivate";
    List<String> more = new ArrayList<>();
    for (String option : parts.length == 3 ? parts[2].split(",", -1) : new String[0]) {
      switch (option) {
        case "ro", "readonly" -> readonly = true;
        case "rw" -> readonly = false;
        case "bind", "rbind" -> recursion = option;
        case "private",
            "rprivate",
            "slave",
            "rslave",
            "shared",
            "rshared",
            "unbindable",
            "runbindable" ->
            propagation = option;
        case ContainerVolumes.NO_COPY -> copies = false;
        case "z", "Z" -> requireNoSelinux(flag);
        case "exec", "noexec", "suid", "nosuid", "dev", "nodev" -> more.add(option);
        case "cached", "delegated", "consistent" -> {
          // Of other systems than Linux.
        }
        default -> throw new Failure("--volume " + flag + ": unknown option " + option);
      }
    }
    more.addFirst(propagation);
    more.addFirst(recursion);
    if (readonly) {
      more.add(recursion.equals("bind") ? "ro" : "rro");
    }
    if (!copies && folder) {
      throw new Failure(
          "--volume " + flag + ": nocopy is for volumes, not for folders of the host");
    }
    if (!folder) {
      if (!copies) {
        more.add(ContainerVolumes.NO_COPY);
      }
      return new Mount(ContainerVolumes.TYPE, source, target.toString(), more, "--volume");
    }
    return new Mount(
        "bind",
        Path.of(directory).resolve(source).normalize().toString(),
        target.toString(),
        more,
        "--volume");
  }

  /* Without SELinux there is nothing to label, and docker takes these options too. */
  private static void requireNoSelinux(String flag) throws Failure {
    if (Files.exists(Path.of("/sys/fs/selinux/enforce"))) {
      throw new Failure(
          "--volume " + flag + ": z and Z: this version of nsbox does not label files for SELinux");
    }
  }
}
