package nsbox.runtime.systemd;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.runtime.cgroup.CgroupWrite;
import nsbox.runtime.spec.UnsupportedSpecException;

/// What systemd is told of a container's scope.
///
/// Limits are written to the cgroup's files and told as properties too: systemd writes what it
/// knows to the files again whenever it has a reason to, such as a daemon-reload, and what it was
/// not told would be gone. So the properties are made from the writes, where all values are those
/// of version 2, and what is written last counts.
///
/// @spec https://www.freedesktop.org/software/systemd/man/latest/systemd.resource-control.html
public final class ScopeProperties {
  private static final long MICROSECONDS = 1_000_000;
  /* systemd keeps whole percents of a CPU. */
  private static final long PERCENT = MICROSECONDS / 100;
  private static final long UNLIMITED = -1;
  private static final long UNSET = -1;
  /* Of CPUs and memory nodes: as many as any kernel is built for. */
  private static final int HIGHEST = 8191;

  private final Map<String, UnitProperty> properties = new LinkedHashMap<>();

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
        UnitProperty.flag("IOAccounting", true),
        UnitProperty.flag("TasksAccounting", true));
  }

  /// The properties that say the same as writes to the files of a cgroup of version 2.
  ///
  /// systemd has no name for some files; those it leaves alone.
  ///
  /// @throws UnsupportedSpecException if a value is none that systemd could be told
  public static List<UnitProperty> of(List<CgroupWrite> writes) throws UnsupportedSpecException {
    ScopeProperties properties = new ScopeProperties();
    for (CgroupWrite write : writes) {
      for (CgroupWrite.Choice choice : write.choices()) {
        String file = choice.path().substring(choice.path().lastIndexOf('/') + 1);
        properties.add(write.field(), file, choice.text().strip());
      }
    }
    return new ArrayList<>(properties.properties.values());
  }

  private void add(String field, String file, String text) throws UnsupportedSpecException {
    try {
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
    } catch (NumberFormatException | ArithmeticException e) {
      throw new UnsupportedSpecException(
          "linux.resources." + field, text + ", which cannot be told to systemd");
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

  /* Rounded up: less than what was asked for would be too little. */
  private void bandwidth(String text) {
    int blank = text.indexOf(' ');
    String quota = blank < 0 ? text : text.substring(0, blank);
    long period = blank < 0 ? 100_000 : Long.parseLong(text.substring(blank + 1).strip());
    put(UnitProperty.number("CPUQuotaPeriodUSec", period));
    long share = UNLIMITED;
    if (!quota.equals("max")) {
      long exact = Math.multiplyExact(Long.parseLong(quota), MICROSECONDS) / period;
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
