package nsbox.cli.flags;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.runtime.plan.CapabilityNames;

/// The capabilities that this process has to give, and their names.
final class HostCapabilities {
  private static final int HEXADECIMAL = 16;

  private HostCapabilities() {}

  /// The bounding set, by names such as `CAP_CHOWN`.
  static List<String> bounding() throws Failure {
    String status;
    try {
      status = Files.readString(Path.of("/proc/self/status"));
    } catch (IOException e) {
      throw new Failure("cannot read /proc/self/status: " + e.getMessage(), e);
    }
    long bits = set(status, "CapBnd").orElse(0L);
    List<String> names = new ArrayList<>();
    List<String> known = CapabilityNames.all();
    for (int i = 0; i < known.size(); i++) {
      if ((bits >> i & 1) == 1) {
        names.add(known.get(i));
      }
    }
    return names;
  }

  /// @param line `CapEff`, `CapBnd`, … of `/proc/self/status`
  static Optional<Long> set(String status, String line) {
    for (String one : status.split("\n")) {
      if (one.startsWith(line + ":")) {
        return Optional.of(
            Long.parseUnsignedLong(one.substring(line.length() + 1).strip(), HEXADECIMAL));
      }
    }
    return Optional.empty();
  }

  /// @param option for the failure
  /// @return `CAP_CHOWN`, or `ALL`
  static String name(String option, String text) throws Failure {
    String name = text.toUpperCase(Locale.ROOT);
    if (name.equals("ALL") || name.equals("CAP_ALL")) {
      return "ALL";
    }
    if (!name.startsWith("CAP_")) {
      name = "CAP_" + name;
    }
    if (!CapabilityNames.all().contains(name)) {
      throw new Failure(option + " " + text + ": unknown capability");
    }
    return name;
  }
}
