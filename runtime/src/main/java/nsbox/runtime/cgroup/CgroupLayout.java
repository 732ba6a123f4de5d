package nsbox.runtime.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The cgroup hierarchies of a host: version 1 with one mount for each controller, version 2 with
/// one for all, or hybrid, where a version 2 hierarchy without controllers stands beside version 1.
///
/// @param hierarchies in the order of mountinfo
/// @spec https://www.kernel.org/doc/html/latest/admin-guide/cgroup-v2.html
public record CgroupLayout(List<Hierarchy> hierarchies) {
  /// The hierarchy of version 1, without a controller, in which systemd has all that it knows.
  public static final String SYSTEMD = "name=systemd";

  /// @param name the controllers as mounted, `cpu,cpuacct` or `name=systemd`; empty for version 2
  /// @param mountPoint where the host sees the hierarchy
  /// @param ownPath the cgroup of this process, from the hierarchy's root
  public record Hierarchy(String name, String mountPoint, String ownPath) {
    public boolean unified() {
      return name.isEmpty();
    }

    /// The directory's name below /sys/fs/cgroup, by custom.
    public String directoryName() {
      if (unified()) {
        return "unified";
      }
      return name.startsWith("name=") ? name.substring(5) : name;
    }

    boolean hasController(String controller) {
      return ("," + name + ",").contains("," + controller + ",");
    }
  }

  /// The layout of this host.
  ///
  /// @throws IOException if procfs is not mounted
  public static CgroupLayout ofHost() throws IOException {
    return parse(
        Files.readString(Path.of("/proc/self/mountinfo")),
        Files.readString(Path.of("/proc/self/cgroup")));
  }

  /// @param mountinfo proc_pid_mountinfo(5)
  /// @param membership proc_pid_cgroup(5), as in cgroups(7)
  static CgroupLayout parse(String mountinfo, String membership) {
    List<Hierarchy> hierarchies = new ArrayList<>();
    for (String line : mountinfo.split("\n")) {
      int separator = line.indexOf(" - cgroup");
      if (separator < 0) {
        continue;
      }
      String mountPoint = unescape(field(line, 4));
      String[] filesystem = line.substring(separator + 3).split(" ");
      String name = filesystem[0].equals("cgroup2") ? "" : controllers(filesystem[2]);
      if (isNew(hierarchies, name)) {
        hierarchies.add(new Hierarchy(name, mountPoint, ownPath(membership, name)));
      }
    }
    return new CgroupLayout(hierarchies);
  }

  /// True where version 2 rules alone.
  public boolean isUnified() {
    return hierarchies.size() == 1 && hierarchies.getFirst().unified();
  }

  /// The version 2 hierarchy, also beside version 1.
  public Optional<Hierarchy> unified() {
    for (Hierarchy hierarchy : hierarchies) {
      if (hierarchy.unified()) {
        return Optional.of(hierarchy);
      }
    }
    return Optional.empty();
  }

  /// The version 1 hierarchy of a controller.
  public Optional<Hierarchy> controller(String controller) {
    for (Hierarchy hierarchy : hierarchies) {
      if (!hierarchy.unified() && hierarchy.hasController(controller)) {
        return Optional.of(hierarchy);
      }
    }
    return Optional.empty();
  }

  private static boolean isNew(List<Hierarchy> hierarchies, String name) {
    for (Hierarchy hierarchy : hierarchies) {
      if (hierarchy.name().equals(name)) {
        return false;
      }
    }
    return true;
  }

  private static String field(String line, int index) {
    int start = 0;
    for (int i = 0; i < index; i++) {
      start = line.indexOf(' ', start) + 1;
    }
    return line.substring(start, line.indexOf(' ', start));
  }

  /* Super options such as "rw,cpu,cpuacct" or "rw,xattr,name=systemd". */
  private static String controllers(String options) {
    StringBuilder controllers = new StringBuilder();
    for (String option : options.split(",")) {
      boolean other =
          switch (option) {
            case "rw",
                "ro",
                "seclabel",
                "xattr",
                "noprefix",
                "clone_children",
                "cpuset_v2_mode",
                "none" ->
                true;
            default -> option.startsWith("release_agent=");
          };
      if (!other) {
        controllers.append(controllers.isEmpty() ? "" : ",").append(option);
      }
    }
    return controllers.toString();
  }

  private static String ownPath(String membership, String name) {
    for (String line : membership.split("\n")) {
      int first = line.indexOf(':');
      int second = line.indexOf(':', first + 1);
      if (second > 0 && line.substring(first + 1, second).equals(name)) {
        return line.substring(second + 1);
      }
    }
    return "/";
  }

  /* mountinfo writes blanks and their like as three octal digits. */
  private static String unescape(String text) {
    int backslash = text.indexOf('\\');
    if (backslash < 0) {
      return text;
    }
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\\' && i + 3 < text.length()) {
        plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(text.charAt(i));
      }
    }
    return plain.toString();
  }
}
