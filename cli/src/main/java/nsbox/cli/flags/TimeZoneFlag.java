package nsbox.cli.flags;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.cli.Failure;

/// The value of `--tz`: a file of the host's, shown as the container's `/etc/localtime`.
final class TimeZoneFlag {
  private static final Path ZONES = Path.of("/usr/share/zoneinfo");

  private TimeZoneFlag() {}

  static Optional<Mount> read(Optional<String> zone) throws Failure {
    if (zone.isEmpty() || zone.get().isEmpty()) {
      return Optional.empty();
    }
    String name = zone.get();
    Path file = name.equals("local") ? Path.of("/etc/localtime") : ZONES.resolve(name).normalize();
    if (!name.equals("local") && !file.startsWith(ZONES) || !Files.isRegularFile(file)) {
      throw new Failure("--tz " + name + ": there is no file " + file);
    }
    return Optional.of(
        new Mount(
            "bind",
            file.toString(),
            "/etc/localtime",
            List.of("bind", "rprivate", "ro", "nosuid", "nodev", "noexec"),
            "--tz"));
  }
}
