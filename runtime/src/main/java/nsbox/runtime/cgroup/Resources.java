package nsbox.runtime.cgroup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// What a container may use of the host: `linux.resources`, all of it.
///
/// Engines write zeros and empty strings where nobody asked for anything. As with runc, those say
/// nothing here, but for the few fields in which zero is a value: `memory.swappiness`, `cpu.burst`,
/// `cpu.idle`, `hugepageLimits[].limit` and the rates of block devices.
///
/// @param pidsLimit below zero for none
/// @param networkClass `network.classID`
/// @param unified files of a version 2 cgroup, with what is written to them
/// @param devices in the order in which they are to be applied
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#control-groups
///   Control groups
public record Resources(
    MemoryLimits memory,
    CpuLimits cpu,
    BlockIoLimits blockIo,
    Optional<Long> pidsLimit,
    List<HugepageLimit> hugepageLimits,
    Optional<Long> networkClass,
    List<InterfacePriority> networkPriorities,
    List<Rdma> rdma,
    Map<String, String> unified,
    List<DeviceRule> devices) {

  private static final List<String> JOINED = List.of("memory", "cpu", "blockIO", "pids");

  /// Members of those in which zero is a value.
  private static final List<String> ZEROS = List.of("swappiness", "burst", "idle");

  /// @param pageSize such as `2MB`
  /// @param bytes of 64 bits without sign; 0 forbids pages of that size
  public record HugepageLimit(String pageSize, long bytes) {}

  public record InterfacePriority(String name, long priority) {}

  /// @param device such as `mlx5_1`
  public record Rdma(String device, Optional<Long> handles, Optional<Long> objects) {}

  /// @param resources `linux.resources`, also as it comes with an update
  /// @throws JsonException if a field is missing, of the wrong type or out of range
  public static Resources parse(JsonObject resources) throws JsonException {
    JsonObject network = part(resources, "network");
    return new Resources(
        MemoryLimits.parse(part(resources, "memory")),
        CpuLimits.parse(part(resources, "cpu")),
        BlockIoLimits.parse(part(resources, "blockIO")),
        pidsLimit(part(resources, "pids")),
        hugepageLimits(resources),
        Fields.between(network, "classID", 0, Fields.UINT32),
        priorities(network),
        rdma(resources),
        unified(resources),
        devices(resources));
  }

  /// `changes` on top of `current`, member by member within each group such as `memory`: the kernel
  /// takes some values only together with others that an update may leave out. A zero that says
  /// nothing changes nothing.
  ///
  /// Of what an update does not name, only groups stay that it has anything of; and devices are
  /// never among them.
  ///
  /// @throws JsonException if a group is not an object
  public static JsonObject merge(JsonObject current, JsonObject changes) throws JsonException {
    JsonObject merged = new JsonObject();
    for (Map.Entry<String, Object> group : changes.members().entrySet()) {
      String name = group.getKey();
      if (name.equals("devices") || group.getValue() == null) {
        continue;
      }
      boolean joined = JOINED.contains(name);
      merged.put(name, joined ? join(current, changes.object(name), name) : group.getValue());
    }
    return merged;
  }

  private static JsonObject join(JsonObject current, JsonObject changes, String name)
      throws JsonException {
    JsonObject joined = new JsonObject();
    for (JsonObject from : List.of(part(current, name), changes)) {
      for (Map.Entry<String, Object> member : from.members().entrySet()) {
        if (saysSomething(member)) {
          joined.put(member.getKey(), member.getValue());
        }
      }
    }
    return joined;
  }

  /* A zero that nobody asked for must not take a limit away that is there. */
  private static boolean saysSomething(Map.Entry<String, Object> member) {
    Object value = member.getValue();
    boolean nothing = value == null || value.equals("") || value.equals(0L);
    return !nothing || value != null && ZEROS.contains(member.getKey());
  }

  private static JsonObject part(JsonObject resources, String name) throws JsonException {
    return resources.optionalObject(name).orElseGet(JsonObject::new);
  }

  private static Optional<Long> pidsLimit(JsonObject pids) throws JsonException {
    Optional<Long> limit = pids.optionalNumber("limit");
    return limit.isPresent() && limit.get() == 0 ? Optional.empty() : limit;
  }

  private static List<HugepageLimit> hugepageLimits(JsonObject resources) throws JsonException {
    List<HugepageLimit> limits = new ArrayList<>();
    for (JsonObject limit : resources.objects("hugepageLimits")) {
      String size = limit.string("pageSize");
      if (!isPageSize(size)) {
        throw Fields.wrong(limit, "pageSize", size, "a size such as 64KB, 2MB or 1GB");
      }
      limits.add(new HugepageLimit(size, limit.unsigned("limit")));
    }
    return List.copyOf(limits);
  }

  private static boolean isPageSize(String size) {
    int digits = size.length() - 2;
    if (digits < 1 || size.charAt(0) == '0' || !size.endsWith("B")) {
      return false;
    }
    for (int i = 0; i < digits; i++) {
      if (size.charAt(i) < '0' || size.charAt(i) > '9') {
        return false;
      }
    }
    return "KMG".indexOf(size.charAt(digits)) >= 0;
  }

  private static List<InterfacePriority> priorities(JsonObject network) throws JsonException {
    List<InterfacePriority> priorities = new ArrayList<>();
    for (JsonObject entry : network.objects("priorities")) {
      long priority =
          Fields.requireBetween(entry, "priority", entry.number("priority"), 0, Fields.UINT32);
      priorities.add(new InterfacePriority(word(entry, "name", entry.string("name")), priority));
    }
    return List.copyOf(priorities);
  }

  private static List<Rdma> rdma(JsonObject resources) throws JsonException {
    List<Rdma> limits = new ArrayList<>();
    JsonObject rdma = part(resources, "rdma");
    for (String device : rdma.members().keySet()) {
      JsonObject limit = rdma.object(device);
      limits.add(
          new Rdma(
              word(rdma, device, device), count(limit, "hcaHandles"), count(limit, "hcaObjects")));
    }
    return List.copyOf(limits);
  }

  /* Zero forbids them all. */
  private static Optional<Long> count(JsonObject limit, String name) throws JsonException {
    Optional<Long> count = limit.optionalNumber(name);
    if (count.isPresent()) {
      Fields.requireBetween(limit, name, count.get(), 0, Fields.UINT32);
    }
    return count;
  }

  /* It becomes a word of a line for the kernel. */
  private static String word(JsonObject object, String name, String value) throws JsonException {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) <= ' ') {
        throw Fields.wrong(object, name, value, "a name without blanks");
      }
    }
    if (value.isEmpty()) {
      throw Fields.wrong(object, name, "''", "a name");
    }
    return value;
  }

  private static Map<String, String> unified(JsonObject resources) throws JsonException {
    JsonObject object = part(resources, "unified");
    Map<String, String> unified = new LinkedHashMap<>();
    for (String file : object.members().keySet()) {
      if (file.indexOf('/') >= 0 || file.indexOf('.') < 1) {
        throw Fields.wrong(object, file, file, "the name of a file, such as memory.high");
      }
      unified.put(file, object.string(file));
    }
    return unified;
  }

  private static List<DeviceRule> devices(JsonObject resources) throws JsonException {
    List<DeviceRule> rules = new ArrayList<>();
    for (JsonObject rule : resources.objects("devices")) {
      String type = rule.optionalString("type").orElse("a");
      if (type.length() > 1) {
        throw Fields.wrong(rule, "type", type, "a, b or c");
      }
      try {
        rules.add(
            new DeviceRule(
                rule.flag("allow"),
                type.isEmpty() ? 'a' : type.charAt(0),
                rule.optionalNumber("major").orElse(DeviceRule.ANY),
                rule.optionalNumber("minor").orElse(DeviceRule.ANY),
                rule.optionalString("access").orElse("rwm")));
      } catch (IllegalArgumentException e) {
        throw new JsonException(
            resources.locationOf("devices") + "[" + rules.size() + "]: " + e.getMessage(), e);
      }
    }
    return List.copyOf(rules);
  }
}
