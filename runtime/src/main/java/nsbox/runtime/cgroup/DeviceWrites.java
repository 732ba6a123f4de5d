package nsbox.runtime.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;

/// Which devices a container may use, as steps: lines for the files of version 1, a program for
/// version 2. A program takes the place of any other that is attached to the cgroup.
///
/// @spec
///   https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#allowed-device-list
///   Allowed device list
public final class DeviceWrites {
  /* What no container can do without; the specification demands these devices. */
  private static final List<DeviceRule> ALWAYS =
      List.of(
          new DeviceRule(true, 'c', -1, -1, "m"),
          new DeviceRule(true, 'b', -1, -1, "m"),
          new DeviceRule(true, 'c', 1, 3, "rwm"), // null
          new DeviceRule(true, 'c', 1, 5, "rwm"), // zero
          new DeviceRule(true, 'c', 1, 7, "rwm"), // full
          new DeviceRule(true, 'c', 1, 8, "rwm"), // random
          new DeviceRule(true, 'c', 1, 9, "rwm"), // urandom
          new DeviceRule(true, 'c', 5, 0, "rwm"), // tty
          new DeviceRule(true, 'c', 5, 2, "rwm"), // ptmx
          new DeviceRule(true, 'c', 136, -1, "rwm")); // terminals

  private DeviceWrites() {}

  /// The configured rules, followed by those that always apply.
  public static List<DeviceRule> rules(List<DeviceRule> configured) {
    List<DeviceRule> rules = new ArrayList<>(configured);
    rules.addAll(ALWAYS);
    return rules;
  }

  /// Adds the configured rules, followed by those that always apply; nothing without any cgroups.
  public static void addTo(
      Instructions steps, List<DeviceRule> configured, ContainerCgroup cgroup) {
    List<DeviceRule> rules = rules(configured);
    Optional<String> files = cgroup.isUnified() ? Optional.empty() : cgroup.directory("devices");
    if (files.isPresent()) {
      for (DeviceRule rule : rules) {
        String line = rule.v1Line();
        steps.write(
            (rule.allow() ? "allow device " : "deny device ") + line,
            files.get() + (rule.allow() ? "/devices.allow" : "/devices.deny"),
            line);
      }
    } else if (cgroup.unifiedDirectory().isPresent()) {
      steps.add(
          "filter devices by " + rules.size() + " rules",
          Opcode.DEVICE_FILTER,
          cgroup.unifiedDirectory().get(),
          DeviceProgram.compile(rules));
    }
  }
}
