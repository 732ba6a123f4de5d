package nsbox.runtime.systemd;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.runtime.cgroup.CgroupWrite;
import nsbox.runtime.cgroup.DeviceRule;
import nsbox.runtime.cgroup.DeviceWrites;
import nsbox.runtime.spec.UnsupportedSpecException;

/// What systemd is told of a container's scope.
///
/// Limits are written to the cgroup's files and told as properties too: systemd writes what it
/// knows to the files again whenever it has a reason to, such as a daemon-reload, and what it was
/// not told would be gone. So the properties are made from the writes, where all values are those
/// of the host's version, and what is written last counts.
///
/// @spec https://www.freedesktop.org/software/systemd/man/latest/systemd.resource-control.html
public final class ScopeProperties {
  private static final long MICROSECONDS = 1_000_000;
  /* systemd keeps whole percents of a CPU. */
  private static final long PERCENT = MICROSECONDS / 100;
  private static final long DEFAULT_PERIOD = MICROSECONDS / 10;
  private static final long UNLIMITED = -1;
  private static final long UNSET = -1;
  /* Of CPUs and memory nodes: as many as any kernel is built for. */
  private static final int HIGHEST = 8191;

  private final Map<String, UnitProperty> properties = new LinkedHashMap<>();

  /* Of CPU time, in microseconds: one property is made of both. */
  private long quota = UNLIMITED;
  private long period = DEFAULT_PERIOD;

  private ScopeProperties() {}

  /// What every container's scope has.
  ///
  /// It is the container's to divide further (`Delegate`), ends with its last process and not
  /// earlier in a shutdown than others (`DefaultDependencies`), and is forgotten also where it
  /// failed (`CollectMode`), as it does when a process was killed for want of memory.
  static List<UnitProperty> common(ScopeName scope, String id, int pid) {
    return List.of(
        UnitProperty.text("Description", "nsbox container " + id),
        UnitProperty.text("Slice", scope.slice()),
        UnitProperty.processes("PIDs", List.of(pid)),
        UnitProperty.flag("Delegate", true),
        UnitProperty.flag("DefaultDependencies", false),
        UnitProperty.text("CollectMode", "inactive-or-failed"),
        UnitProperty.flag("MemoryAccounting", true),
        UnitProperty.flag("CPUAccounting", true),
        UnitProperty.flag("TasksAccounting", true));
  }

  /// What a new scope is to have, besides what every one has, for the limits that are written to
  /// its files.
  ///
  /// @param devices as in the configuration
  /// @param unified whether version 2 rules alone
  /// @throws UnsupportedSpecException if a value is none that systemd could be told
  public static List<UnitProperty> ofNew(
      List<CgroupWrite> writes, List<DeviceRule> devices, boolean unified)
      throws UnsupportedSpecException {
    List<UnitProperty> properties = new ArrayList<>();
    properties.add(UnitProperty.flag(unified ? "IOAccounting" : "BlockIOAccounting", true));
    properties.addAll(of(writes, unified));
    if (!unified) {
      /* In version 2 our filter stays beside systemd's; here the file is one for both. */
      properties.addAll(DeviceProperties.of(DeviceWrites.rules(devices)));
    }
    return properties;
  }

  /// The properties that say the same as writes to the files of a cgroup.
  ///
  /// systemd has no name for some files; those it leaves alone.
  ///
  /// @param unified whether version 2 rules alone
  /// @throws UnsupportedSpecException if a value is none that systemd could be told
  public static List<UnitProperty> of(List<CgroupWrite> writes, boolean unified)
      throws UnsupportedSpecException {
    ScopeProperties properties = new ScopeProperties();
    for (CgroupWrite write : writes) {
      for (CgroupWrite.Choice choice : write.choices()) {
        String file = choice.path().substring(choice.path().lastIndexOf('/') + 1);
        properties.add(write.field(), file, choice.text().strip(), unified);
      }
    }
    return new ArrayList<>(properties.properties.values());
  }

  private void add(String field, String file, String text, boolean unified)
      throws UnsupportedSpecException {
    try {
      if (unified) {
        version2(file, text);
      } else {
        version1(file, text);
      }
    } catch (NumberFormatException | ArithmeticException e) {
      throw new UnsupportedSpecException(
          "linux.resources." + field, text + ", which cannot be told to systemd");
    }
  }

  private void version2(String file, String text) {
    switch (file) {
      case "memory.min" -> put(UnitProperty.number("MemoryMin", amount(text)));
      case "memory.low" -> put(UnitProperty.number("MemoryLow", amount(text)));
      case "memory.high" -> put(UnitProperty.number("MemoryHigh", amount(text)));
      case "memory.max" -> put(UnitProperty.number("MemoryMax", amount(text)));
      case "memory.swap.max" -> put(UnitProperty.number("MemorySwapMax", amount(text)));
      case "pids.max" -> put(UnitProperty.number("TasksMax", amount(text)));
      case "cpu.weight" -> put(UnitProperty.number("CPUWeight", Long.parseLong(text)));
      case "cpu.idle" -> idle(text);
      case "cpu.max" -> bandwidth(text);
      case "cpuset.cpus" -> put(UnitProperty.bytes("AllowedCPUs", bits(text)));
      case "cpuset.mems" -> put(UnitProperty.bytes("AllowedMemoryNodes", bits(text)));
      case "io.weight" -> ioWeight(text);
      default -> {}
    }
  }

  /* It knows of no others: neither of swap, nor of CPUs by their numbers. */
  private void version1(String file, String text) {
    switch (file) {
      case "memory.limit_in_bytes" -> put(UnitProperty.number("MemoryLimit", signed(text)));
      case "pids.max" -> put(UnitProperty.number("TasksMax", amount(text)));
      case "cpu.shares" -> put(UnitProperty.number("CPUShares", Long.parseLong(text)));
      case "cpu.cfs_quota_us" -> {
        quota = signed(text);
        bandwidth();
      }
      case "cpu.cfs_period_us" -> {
        period = Long.parseLong(text);
        bandwidth();
      }
      case "blkio.weight" -> put(UnitProperty.number("BlockIOWeight", Long.parseLong(text)));
      default -> {}
    }
  }

  private void put(UnitProperty property) {
    properties.put(property.name(), property);
  }

  /* A weight of 0 is how systemd says idle. Who is no longer idle has the default again, or the weight
   * that is written after this. */
  private void idle(String text) {
    put(UnitProperty.number("CPUWeight", text.equals("1") ? 0 : UNSET));
  }

  private void bandwidth(String text) {
    int blank = text.indexOf(' ');
    String first = blank < 0 ? text : text.substring(0, blank);
    quota = first.equals("max") ? UNLIMITED : Long.parseLong(first);
    period = blank < 0 ? DEFAULT_PERIOD : Long.parseLong(text.substring(blank + 1).strip());
    bandwidth();
  }

  /* Rounded up: less than what was asked for would be too little. */
  private void bandwidth() {
    put(UnitProperty.number("CPUQuotaPeriodUSec", period));
    long share = UNLIMITED;
    if (quota != UNLIMITED) {
      long exact = Math.multiplyExact(quota, MICROSECONDS) / period;
      share = (exact + PERCENT - 1) / PERCENT * PERCENT;
    }
    put(UnitProperty.number("CPUQuotaPerSecUSec", share));
  }

  /* For single devices, systemd wants paths; what it was not told of, it leaves alone. */
  private void ioWeight(String text) {
    String weight = text.startsWith("default ") ? text.substring(8) : text;
    if (weight.indexOf(':') < 0) {
      put(UnitProperty.number("IOWeight", Long.parseLong(weight.strip())));
    }
  }

  /* All below zero is no limit. */
  private static long signed(String text) {
    return Math.max(Long.parseLong(text), UNLIMITED);
  }

  /* As the kernel reads it, with the letters of its memparse(). */
  private static long amount(String text) {
    if (text.equals("max")) {
      return UNLIMITED;
    }
    int letter =
        text.isEmpty()
            ? -1
            : "kmgtpe".indexOf(Character.toLowerCase(text.charAt(text.length() - 1)));
    if (letter < 0) {
      return Long.parseUnsignedLong(text);
    }
    return Long.parseLong(text.substring(0, text.length() - 1)) << (10 * (letter + 1));
  }

  /// `0-2,7` as a set of bits, the lowest of the first byte for number 0.
  static byte[] bits(String list) {
    BitSet set = new BitSet();
    for (String range : list.split(",")) {
      int dash = range.indexOf('-');
      int first = Integer.parseInt((dash < 0 ? range : range.substring(0, dash)).strip());
      int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1).strip());
      if (first < 0 || last < first || last > HIGHEST) {
        throw new NumberFormatException(range);
      }
      set.set(first, last + 1);
    }
    return set.toByteArray();
  }
}
