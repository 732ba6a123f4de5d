package nsbox.runtime.systemd;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.runtime.cgroup.DeviceRule;
import nsbox.runtime.spec.UnsupportedSpecException;

/// What systemd is told of a container's devices where cgroups are of version 1.
///
/// There it writes to the same files as we do, and at a daemon-reload it would allow all devices
/// again. It knows either all devices, or a list of those that are allowed. The list is what the
/// kernel has after the rules were written one by one.
///
/// @spec https://docs.kernel.org/admin-guide/cgroup-v1/devices.html Device Whitelist Controller
final class DeviceProperties {
  private static final String FIELD = "linux.resources.devices";

  /* A new scope, as systemd makes it. */
  private boolean allAllowed = true;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /* To what holds for all others; without access it is none. */
  private record Entry(DeviceRule rule, String access) {}

  private DeviceProperties() {}

  /// @param rules in the order in which they are written
  /// @throws UnsupportedSpecException if the outcome is none that systemd knows
  static List<UnitProperty> of(List<DeviceRule> rules) throws UnsupportedSpecException {
    DeviceProperties devices = new DeviceProperties();
    for (DeviceRule rule : rules) {
      devices.apply(rule);
    }
    return devices.allAllowed ? devices.all() : devices.listed();
  }

  private void apply(DeviceRule rule) {
    if (rule.type() == 'a') {
      allAllowed = rule.allow();
      entries.clear();
      return;
    }
    /* A rule for some devices has no effect on one for others, also where they overlap. */
    String key = rule.type() + " " + rule.major() + ":" + rule.minor();
    Entry present = entries.get(key);
    String access = present == null ? "" : present.access();
    entries.put(key, new Entry(rule, access(access, rule.access(), rule.allow() != allAllowed)));
  }

  private static String access(String present, String changed, boolean added) {
    StringBuilder access = new StringBuilder();
    for (char letter : new char[] {'r', 'w', 'm'}) {
      boolean isChanged = changed.indexOf(letter) >= 0;
      if (isChanged ? added : present.indexOf(letter) >= 0) {
        access.append(letter);
      }
    }
    return access.toString();
  }

  private List<UnitProperty> all() throws UnsupportedSpecException {
    for (Entry entry : entries.values()) {
      if (!entry.access().isEmpty()) {
        throw refusal("deny " + entry.rule().v1Line() + " while all others are allowed");
      }
    }
    return List.of(UnitProperty.text("DevicePolicy", "auto"));
  }

  private List<UnitProperty> listed() throws UnsupportedSpecException {
    List<List<String>> allowed = new ArrayList<>();
    for (Entry entry : entries.values()) {
      if (!entry.access().isEmpty()) {
        allowed.add(List.of(device(entry.rule()), entry.access()));
      }
    }
    return List.of(
        UnitProperty.text("DevicePolicy", "strict"), UnitProperty.pairs("DeviceAllow", allowed));
  }

  private static String device(DeviceRule rule) throws UnsupportedSpecException {
    String type = rule.type() == 'c' ? "char" : "block";
    if (rule.minor() != DeviceRule.ANY && rule.major() != DeviceRule.ANY) {
      return "/dev/" + type + "/" + rule.major() + ":" + rule.minor();
    }
    if (rule.minor() != DeviceRule.ANY) {
      throw refusal("allow " + rule.v1Line());
    }
    return type + "-" + (rule.major() == DeviceRule.ANY ? "*" : rule.major());
  }

  private static UnsupportedSpecException refusal(String rule) {
    return new UnsupportedSpecException(
        FIELD, rule + ", which cannot be told to systemd on this host with cgroups of version 1");
  }
}
