package nsbox.cli.flags;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.cli.Failure;
import nsbox.cli.Sizes;

/// The value of `--tmpfs`, and what a tmpfs is mounted with unless a user says otherwise: nothing
/// in it is run, is a device or changes rights.
final class TmpfsFlag {
  private static final List<String> DEFAULTS = List.of("noexec", "nosuid", "nodev");

  /// Options that are each other's contrary: of two the last counts.
  private static final List<List<String>> CONTRARIES =
      List.of(
          List.of("exec", "noexec"),
          List.of("suid", "nosuid"),
          List.of("dev", "nodev"),
          List.of("ro", "rw"),
          List.of("sync", "async"),
          List.of("atime", "noatime", "relatime", "norelatime", "strictatime"),
          List.of("diratime", "nodiratime"),
          List.of("tmpcopyup", "notmpcopyup"));

  private static final List<String> VALUED =
      List.of("size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol", "huge");

  private TmpfsFlag() {}

  static Mount parse(String flag) throws Failure {
    int colon = flag.indexOf(':');
    String target = target("--tmpfs " + flag, colon < 0 ? flag : flag.substring(0, colon));
    List<String> options = new ArrayList<>(DEFAULTS);
    if (colon >= 0) {
      for (String option : flag.substring(colon + 1).split(",")) {
        if (!option.isEmpty()) {
          set("--tmpfs " + flag, options, option);
        }
      }
    }
    return mount(target, options, "--tmpfs");
  }

  /// One that begins with what the image has there.
  static Mount copying(String target, String flag) {
    return new Mount(
        "tmpfs", "tmpfs", target, List.of("nosuid", "nodev", "rprivate", "tmpcopyup"), flag);
  }

  /// @param options beside the defaults, each checked already
  static Mount of(String target, List<String> options, String flag) throws Failure {
    List<String> all = new ArrayList<>(DEFAULTS);
    for (String option : options) {
      set(flag, all, option);
    }
    return mount(target, all, flag);
  }

  private static Mount mount(String target, List<String> options, String flag) {
    options.remove("notmpcopyup");
    options.add("rprivate");
    return new Mount("tmpfs", "tmpfs", target, List.copyOf(options), flag);
  }

  static String target(String what, String text) throws Failure {
    if (text.indexOf('\0') >= 0 || !text.startsWith("/")) {
      throw new Failure(what + ": the target must be an absolute path");
    }
    Path target = Path.of(text).normalize();
    if (target.equals(Path.of("/"))) {
      throw new Failure(what + ": the target must be an absolute path other than /");
    }
    return target.toString();
  }

  private static void set(String what, List<String> options, String option) throws Failure {
    int equals = option.indexOf('=');
    if (equals > 0 && VALUED.contains(option.substring(0, equals))) {
      String name = option.substring(0, equals + 1);
      options.removeIf(it -> it.startsWith(name));
      options.add(name.equals("size=") ? size(what, option) : option);
      return;
    }
    for (List<String> contraries : CONTRARIES) {
      if (contraries.contains(option)) {
        options.removeAll(contraries);
        options.add(option);
        return;
      }
    }
    throw new Failure(what + ": unknown option " + option + " of a tmpfs");
  }

  /* A share of memory stays as it is. */
  private static String size(String what, String option) throws Failure {
    String value = option.substring("size=".length());
    if (value.endsWith("%") || value.equals("0")) {
      return option;
    }
    return "size=" + Sizes.parse(value, what + ": size");
  }
}
