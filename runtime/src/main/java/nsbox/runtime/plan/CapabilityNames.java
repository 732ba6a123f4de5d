package nsbox.runtime.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.spec.UnsupportedSpecException;

/// The capabilities of Linux: their names, each at its number.
///
/// @spec https://man7.org/linux/man-pages/man7/capabilities.7.html
public final class CapabilityNames {
  private static final List<String> NAMES =
      List.of(
          "CHOWN",
          "DAC_OVERRIDE",
          "DAC_READ_SEARCH",
          "FOWNER",
          "FSETID",
          "KILL",
          "SETGID",
          "SETUID",
          "SETPCAP",
          "LINUX_IMMUTABLE",
          "NET_BIND_SERVICE",
          "NET_BROADCAST",
          "NET_ADMIN",
          "NET_RAW",
          "IPC_LOCK",
          "IPC_OWNER",
          "SYS_MODULE",
          "SYS_RAWIO",
          "SYS_CHROOT",
          "SYS_PTRACE",
          "SYS_PACCT",
          "SYS_ADMIN",
          "SYS_BOOT",
          "SYS_NICE",
          "SYS_RESOURCE",
          "SYS_TIME",
          "SYS_TTY_CONFIG",
          "MKNOD",
          "LEASE",
          "AUDIT_WRITE",
          "AUDIT_CONTROL",
          "SETFCAP",
          "MAC_OVERRIDE",
          "MAC_ADMIN",
          "SYSLOG",
          "WAKE_ALARM",
          "BLOCK_SUSPEND",
          "AUDIT_READ",
          "PERFMON",
          "BPF",
          "CHECKPOINT_RESTORE");

  private CapabilityNames() {}

  /// All names as config.json writes them, in the order of their numbers.
  public static List<String> all() {
    List<String> all = new ArrayList<>();
    for (String name : NAMES) {
      all.add("CAP_" + name);
    }
    return all;
  }

  /// Those that this process may give to others, in the order of their numbers.
  public static List<String> ofThisProcess() throws IOException {
    long bits = 0;
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("CapBnd:")) {
        bits = Long.parseUnsignedLong(line.substring("CapBnd:".length()).strip(), 16);
      }
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < NAMES.size(); i++) {
      if ((bits >> i & 1) != 0) {
        names.add("CAP_" + NAMES.get(i));
      }
    }
    return names;
  }

  /// The set as bits, bit n for capability n.
  ///
  /// @throws UnsupportedSpecException for a name that is none; the specification wants an error
  static long bits(String field, List<String> names) throws UnsupportedSpecException {
    long bits = 0;
    for (String name : names) {
      int number = name.startsWith("CAP_") ? NAMES.indexOf(name.substring(4)) : -1;
      if (number < 0) {
        throw new UnsupportedSpecException(field, name + " is no capability");
      }
      bits |= 1L << number;
    }
    return bits;
  }
}
