package nsbox.runtime.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// What of a container is particular to Linux.
///
/// @param namespaces the new namespaces, by the names of the specification: `pid`, `mount`, …
/// @param document `linux` as it stands, for parts that are read only when needed
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md
public record LinuxSpec(
    List<String> namespaces,
    List<Device> devices,
    Optional<String> cgroupsPath,
    List<JsonObject> deviceRules,
    Optional<Long> pidsLimit,
    String rootPropagation,
    List<String> maskedPaths,
    List<String> readonlyPaths,
    Map<String, String> sysctl,
    JsonObject document) {

  public boolean hasSeccomp() {
    return document.has("seccomp");
  }

  /// `linux.seccomp` as it stands.
  public JsonObject seccomp() throws JsonException {
    return document.object("seccomp");
  }

  /// A device node to make in the container.
  ///
  /// @param type `c`, `b`, `u` or `p`
  public record Device(
      String path, char type, long major, long minor, long mode, long uid, long gid) {}

  private static final List<String> NOT_APPLIED =
      List.of(
          "uidMappings",
          "gidMappings",
          "timeOffsets",
          "intelRdt",
          "memoryPolicy",
          "personality",
          "netDevices",
          "mountLabel");
  private static final List<String> RESOURCES_NOT_APPLIED =
      List.of("memory", "cpu", "blockIO", "hugepageLimits", "network", "rdma", "unified");
  private static final List<String> NAMESPACES =
      List.of("pid", "network", "mount", "ipc", "uts", "cgroup");

  static LinuxSpec parse(JsonObject linux) throws JsonException, UnsupportedSpecException {
    Refusals.refuse(linux, NOT_APPLIED);
    JsonObject resources = linux.optionalObject("resources").orElseGet(JsonObject::new);
    Refusals.refuse(resources, RESOURCES_NOT_APPLIED);
    refuseWhatSaysMuchByLittle(linux, resources);
    Optional<JsonObject> pids = resources.optionalObject("pids");
    return new LinuxSpec(
        parseNamespaces(linux),
        parseDevices(linux),
        parseCgroupsPath(linux),
        resources.objects("devices"),
        pids.isPresent() ? pids.get().optionalNumber("limit") : Optional.empty(),
        parsePropagation(linux),
        linux.strings("maskedPaths"),
        linux.strings("readonlyPaths"),
        new LinkedHashMap<>(linux.stringMap("sysctl")),
        linux);
  }

  /* A device without a new name is moved all the same, and a swappiness of 0 is not the default. */
  private static void refuseWhatSaysMuchByLittle(JsonObject linux, JsonObject resources)
      throws JsonException, UnsupportedSpecException {
    Optional<JsonObject> devices = linux.optionalObject("netDevices");
    if (devices.isPresent() && !devices.get().isEmpty()) {
      throw new UnsupportedSpecException(linux.locationOf("netDevices"), Refusals.REASON);
    }
    Optional<JsonObject> memory = resources.optionalObject("memory");
    if (memory.isPresent() && memory.get().has("swappiness")) {
      throw new UnsupportedSpecException(memory.get().locationOf("swappiness"), Refusals.REASON);
    }
  }

  private static List<String> parseNamespaces(JsonObject linux)
      throws JsonException, UnsupportedSpecException {
    List<String> namespaces = new ArrayList<>();
    for (JsonObject namespace : linux.objects("namespaces")) {
      String type = namespace.string("type");
      if (!NAMESPACES.contains(type)) {
        throw new UnsupportedSpecException(
            namespace.locationOf("type"), "this version of nsbox makes no " + type + " namespace");
      }
      if (namespaces.contains(type)) {
        throw new JsonException(namespace.locationOf("type") + ": " + type + " is given twice");
      }
      Refusals.refuse(namespace, List.of("path"));
      namespaces.add(type);
    }
    return namespaces;
  }

  private static List<Device> parseDevices(JsonObject linux) throws JsonException {
    List<Device> devices = new ArrayList<>();
    for (JsonObject device : linux.objects("devices")) {
      String type = device.string("type");
      if (type.length() != 1 || "cbup".indexOf(type.charAt(0)) < 0) {
        throw new JsonException(
            device.locationOf("type") + ": " + type + ", expected c, b, u or p");
      }
      devices.add(
          new Device(
              device.string("path"),
              type.charAt(0),
              device.optionalNumber("major").orElse(0L),
              device.optionalNumber("minor").orElse(0L),
              device.optionalNumber("fileMode").orElse(0666L) & 07777,
              device.optionalNumber("uid").orElse(0L),
              device.optionalNumber("gid").orElse(0L)));
    }
    return devices;
  }

  /* What leads upwards could lead out of the hierarchy. */
  private static Optional<String> parseCgroupsPath(JsonObject linux) throws JsonException {
    Optional<String> path = linux.optionalString("cgroupsPath");
    if (path.isPresent() && ("/" + path.get() + "/").contains("/../")) {
      throw new JsonException(
          linux.locationOf("cgroupsPath") + ": " + path.get() + ", '..' is not allowed in it");
    }
    return path;
  }

  private static String parsePropagation(JsonObject linux)
      throws JsonException, UnsupportedSpecException {
    String propagation = linux.optionalString("rootfsPropagation").orElse("");
    return switch (propagation) {
      case "", "private", "rprivate", "slave", "rslave" -> propagation;
      default ->
          throw new UnsupportedSpecException(
              linux.locationOf("rootfsPropagation"),
              propagation + ", this version of nsbox knows private, rprivate, slave and rslave");
    };
  }
}
