package nsbox.cli.flags;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.bundle.options.NamespaceOptions;
import nsbox.bundle.options.NamespaceOptions.IdRange;
import nsbox.bundle.options.NamespaceOptions.Kind;
import nsbox.bundle.options.NamespaceOptions.Namespace;
import nsbox.cli.Failure;
import nsbox.cli.Flags;

/// Options about the namespaces that a container shares.
final class NamespaceFlags {
  private static final long AUTO_IDS = 65536;
  private static final String MODES = "private|host|container:NAME|ns:PATH";

  private NamespaceFlags() {}

  static void addTo(Flags flags) {
    flags
        .text(MODES, "Namespace of processes (private)", "--pid")
        .text(MODES, "Namespace of shared memory and queues (private)", "--ipc")
        .text(MODES, "Namespace of the hostname (private)", "--uts")
        .text(MODES, "Namespace of cgroups (private)", "--cgroupns")
        .text(MODES + "|auto[:size=N]", "Namespace of users (host)", "--userns")
        .texts("ID:HOST-ID[:SIZE]", "Map user ids, in a user namespace", "--uidmap")
        .texts("ID:HOST-ID[:SIZE]", "Map group ids; else as --uidmap", "--gidmap")
        .texts("NAME=VALUE", "Set a kernel parameter of the container's namespaces", "--sysctl");
  }

  static NamespaceOptions read(Asked asked) throws Failure {
    List<IdRange> uids = IdMaps.parse("--uidmap", asked.texts("--uidmap"));
    List<IdRange> gids = IdMaps.parse("--gidmap", asked.texts("--gidmap"));
    NamespaceOptions options =
        new NamespaceOptions(
            network(NetworkFlags.mode(asked)),
            namespace("--pid", asked.text("--pid").orElse("private")),
            ipc(asked.text("--ipc").orElse("private")),
            namespace("--uts", asked.text("--uts").orElse("private")),
            namespace("--cgroupns", asked.text("--cgroupns").orElse("private")),
            user(asked, !uids.isEmpty() || !gids.isEmpty()),
            uids.isEmpty() ? gids : uids,
            gids.isEmpty() ? uids : gids,
            sysctls(asked.texts("--sysctl")));
    for (String name : options.sysctls().keySet()) {
      Sysctls.check(name, options);
    }
    return options;
  }

  /* Who is on a network, or on none, has a namespace of its own. */
  private static Namespace network(String mode) throws Failure {
    return mode.equals("none") || !NetworkFlags.isMode(mode)
        ? Namespace.PRIVATE
        : namespace("--network", mode);
  }

  /* Docker's words for who may join: with nsbox everybody may. */
  private static Namespace ipc(String value) throws Failure {
    return namespace(
        "--ipc", value.equals("shareable") || value.equals("none") ? "private" : value);
  }

  private static Namespace user(Asked asked, boolean mapped) throws Failure {
    String value = asked.text("--userns").orElse(mapped ? "private" : "host");
    String name = value.indexOf(':') < 0 ? value : value.substring(0, value.indexOf(':'));
    if (name.equals("keep-id") || name.equals("nomap")) {
      throw new Failure("--userns " + value + ": is for containers of other users than root");
    }
    if (name.equals("auto")) {
      if (mapped) {
        throw new Failure("--userns " + value + ": --uidmap and --gidmap say which ids by hand");
      }
      autoSize(asked);
      return Namespace.PRIVATE; // with ids that are picked when it is made
    }
    Namespace user = namespace("--userns", value.isEmpty() ? "host" : value);
    if (user.isPrivate() && !mapped) {
      throw new Failure(
          "--userns private: needs a mapping of ids, such as --uidmap 0:100000:65536");
    }
    if (mapped && !user.isPrivate()) {
      throw new Failure("--userns " + value + ": --uidmap and --gidmap are for a new one, private");
    }
    return user;
  }

  /// How many ids `--userns auto` asks for; 0 where that is not asked for.
  static long autoSize(Asked asked) throws Failure {
    String value = asked.text("--userns").orElse("");
    if (value.equals("auto")) {
      return AUTO_IDS;
    }
    if (!value.startsWith("auto:")) {
      return 0;
    }
    String option = value.substring("auto:".length());
    if (!option.startsWith("size=")) {
      throw new Failure("--userns " + value + ": the only option of auto is size=N");
    }
    return Asked.number("--userns auto:size", option.substring("size=".length()), 1, 1L << 30);
  }

  static Namespace namespace(String option, String value) throws Failure {
    if (value.equals("private")) {
      return Namespace.PRIVATE;
    }
    if (value.equals("host")) {
      return Namespace.HOST;
    }
    if (value.startsWith("container:") && value.length() > "container:".length()) {
      return new Namespace(Kind.CONTAINER, value.substring("container:".length()));
    }
    if (value.startsWith("ns:/")) {
      return new Namespace(Kind.PATH, value.substring("ns:".length()));
    }
    throw new Failure(option + " " + value + ": " + MODES.replace("|", ", "));
  }

  private static Map<String, String> sysctls(List<String> flags) throws Failure {
    Map<String, String> sysctls = new LinkedHashMap<>();
    for (String flag : flags) {
      int equals = flag.indexOf('=');
      if (equals < 1) {
        throw new Failure("--sysctl " + flag + ": expected NAME=VALUE");
      }
      sysctls.put(Sysctls.dotted(flag.substring(0, equals)), flag.substring(equals + 1));
    }
    return sysctls;
  }
}
