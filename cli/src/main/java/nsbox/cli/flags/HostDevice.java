package nsbox.cli.flags;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import nsbox.json.JsonObject;

/// A device node of the host.
///
/// @param type `c` or `b`
/// @param mode permissions alone
record HostDevice(String path, char type, long major, long minor, long mode, long uid, long gid) {
  private static final int TYPE = 0170000;
  private static final int CHARACTER = 0020000;
  private static final int BLOCK = 0060000;
  private static final int PERMISSIONS = 07777;

  /// What in /dev is a container's own, whatever it may do.
  private static final List<String> OWN =
      List.of("pts", "shm", "fd", "mqueue", "console", "ptmx", ".lxc", ".lxd-mounts", ".udev");

  /// The device that a path leads to.
  ///
  /// @return empty where there is none, or another kind of file
  static Optional<HostDevice> at(Path path) throws IOException {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    Path real = path.toRealPath();
    int mode = (int) Files.getAttribute(real, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    int type = mode & TYPE;
    if (type != CHARACTER && type != BLOCK) {
      return Optional.empty();
    }
    long number = (long) Files.getAttribute(real, "unix:rdev", LinkOption.NOFOLLOW_LINKS);
    return Optional.of(
        new HostDevice(
            path.toString(),
            type == CHARACTER ? 'c' : 'b',
            major(number),
            minor(number),
            mode & PERMISSIONS,
            id(real, "unix:uid"),
            id(real, "unix:gid")));
  }

  /// Adds all devices below a directory to `devices`, sorted by path.
  static void below(Path directory, List<HostDevice> devices) throws IOException {
    TreeSet<Path> entries = new TreeSet<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path entry : stream) {
        entries.add(entry);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    for (Path entry : entries) {
      if (OWN.contains(entry.getFileName().toString()) || Files.isSymbolicLink(entry)) {
        continue;
      }
      if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        below(entry, devices);
      } else {
        at(entry).ifPresent(devices::add);
      }
    }
  }

  /// As `linux.devices` of config.json.
  JsonObject node(String inContainer) {
    return new JsonObject()
        .put("path", inContainer)
        .put("type", String.valueOf(type))
        .put("major", major)
        .put("minor", minor)
        .put("fileMode", mode)
        .put("uid", uid)
        .put("gid", gid);
  }

  /// As a rule of `linux.resources.devices`.
  JsonObject rule(String access) {
    return new JsonObject()
        .put("allow", true)
        .put("type", String.valueOf(type))
        .put("major", major)
        .put("minor", minor)
        .put("access", access);
  }

  /* As makedev(3) has it: the kernel's two numbers lie in pieces. */
  static long major(long number) {
    return number >>> 8 & 0xfff | number >>> 32 & ~0xfffL;
  }

  static long minor(long number) {
    return number & 0xff | number >>> 12 & ~0xffL & 0xffffffffL;
  }

  private static long id(Path path, String attribute) throws IOException {
    return ((int) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS)) & 0xffffffffL;
  }
}
