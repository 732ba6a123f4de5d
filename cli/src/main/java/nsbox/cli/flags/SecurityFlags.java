package nsbox.cli.flags;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.bundle.options.SecurityOptions;
import nsbox.cli.Failure;
import nsbox.cli.Flags;

/// Options about what the container may do.
final class SecurityFlags {
  private static final Path SELINUX = Path.of("/sys/fs/selinux/enforce");

  private final Asked asked;
  private final boolean privileged;
  private boolean noNewPrivileges;
  private Optional<String> seccomp = Optional.empty();
  private Optional<String> apparmor = Optional.empty();
  private final List<String> masked = new ArrayList<>();
  private final List<String> unmasked = new ArrayList<>();
  private final List<String> procOptions = new ArrayList<>();

  private SecurityFlags(Asked asked) {
    this.asked = asked;
    this.privileged = asked.isSet("--privileged");
  }

  static void addTo(Flags flags) {
    flags
        .texts("CAPABILITY|ALL", "Add a capability", "--cap-add")
        .texts("CAPABILITY|ALL", "Drop a capability", "--cap-drop")
        .texts(
            "OPTION",
            "no-new-privileges, seccomp=FILE|unconfined, apparmor=PROFILE, label=disable,"
                + " mask=PATHS, unmask=PATHS|ALL, proc-opts=OPTIONS, systempaths=unconfined",
            "--security-opt")
        .flag("Give it all that the host's root may do", "--privileged");
  }

  static SecurityOptions read(Asked asked) throws Failure {
    SecurityFlags flags = new SecurityFlags(asked);
    for (String option : asked.texts("--security-opt")) {
      flags.option(option);
    }
    List<String> added = capabilities("--cap-add", asked);
    List<String> dropped = capabilities("--cap-drop", asked);
    boolean changes = flags.privileged || !added.isEmpty() || !dropped.isEmpty();
    return new SecurityOptions(
        added,
        dropped,
        flags.privileged,
        flags.noNewPrivileges,
        flags.privileged && flags.seccomp.isEmpty()
            ? Optional.of(SecurityOptions.UNCONFINED)
            : flags.seccomp,
        flags.apparmor,
        flags.masked,
        flags.unmasked,
        flags.procOptions,
        changes ? HostCapabilities.bounding() : List.of());
  }

  private static List<String> capabilities(String option, Asked asked) throws Failure {
    List<String> names = new ArrayList<>();
    for (String value : asked.texts(option)) {
      for (String text : value.split(",")) {
        String name = HostCapabilities.name(option, text);
        if (!names.contains(name)) {
          names.add(name);
        }
      }
    }
    return names;
  }

  /* Docker writes an equals sign, and knows the colon of old. */
  private void option(String option) throws Failure {
    int end = option.indexOf('=');
    if (end < 0) {
      end = option.indexOf(':');
    }
    String name = end < 0 ? option : option.substring(0, end);
    String value = end < 0 ? "" : option.substring(end + 1);
    switch (name) {
      case "no-new-privileges" -> noNewPrivileges = isTrue(option, value);
      case "seccomp" -> seccomp = profile(option, value);
      case "apparmor" ->
          apparmor =
              value.isEmpty() || value.equals(SecurityOptions.UNCONFINED)
                  ? Optional.empty()
                  : Optional.of(value);
      case "label" -> label(option, value);
      case "mask" -> masked.addAll(paths(option, value));
      case "unmask" -> unmask(option, value);
      case "systempaths" -> {
        if (!value.equals(SecurityOptions.UNCONFINED)) {
          throw new Failure("--security-opt " + option + ": systempaths=unconfined");
        }
        unmasked.add("ALL");
      }
      case "proc-opts" -> procOptions.addAll(List.of(value.split(",")));
      default ->
          throw new Failure("--security-opt " + option + ": there is no security option " + name);
    }
  }

  private static boolean isTrue(String option, String value) throws Failure {
    if (value.isEmpty() || value.equals("true")) {
      return true;
    }
    if (value.equals("false")) {
      return false;
    }
    throw new Failure("--security-opt " + option + ": true or false");
  }

  private Optional<String> profile(String option, String value) throws Failure {
    if (value.equals(SecurityOptions.UNCONFINED)) {
      return Optional.of(value);
    }
    if (value.equals("builtin") || value.equals("default")) {
      return Optional.empty();
    }
    String path = asked.path("--security-opt seccomp", value);
    try {
      return Optional.of(Files.readString(Path.of(path)));
    } catch (IOException e) {
      throw new Failure("--security-opt " + option + ": cannot read the profile " + path, e);
    }
  }

  /* Without SELinux no label means anything, and docker and podman take all. */
  private static void label(String option, String value) throws Failure {
    if (!value.equals("disable") && Files.exists(SELINUX)) {
      throw new Failure(
          "--security-opt " + option + ": this version of nsbox labels nothing; label=disable");
    }
  }

  private void unmask(String option, String value) throws Failure {
    if (value.equalsIgnoreCase("ALL")) {
      unmasked.add("ALL");
    } else {
      unmasked.addAll(paths(option, value));
    }
  }

  private static List<String> paths(String option, String value) throws Failure {
    List<String> paths = List.of(value.split(":"));
    for (String path : paths) {
      if (!path.startsWith("/")) {
        throw new Failure("--security-opt " + option + ": " + path + " is no absolute path");
      }
    }
    return paths;
  }
}
