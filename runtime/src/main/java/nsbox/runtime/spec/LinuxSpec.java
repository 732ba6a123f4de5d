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
/// @param uidMappings of a new user namespace; gidMappings likewise
/// @param netDevices names of network interfaces in the container, by those on the host
/// @param timeOffsets of a new time namespace, by clock: `monotonic`, `boottime`
/// @param document `linux` as it stands, for parts that are read only when needed
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md
public record LinuxSpec(
    List<Namespace> namespaces,
    List<IdRange> uidMappings,
    List<IdRange> gidMappings,
    Map<String, TimeOffset> timeOffsets,
    List<Device> devices,
    Optional<String> cgroupsPath,
    String rootPropagation,
    List<String> maskedPaths,
    List<String> readonlyPaths,
    Map<String, String> sysctl,
    Optional<MemoryPolicy> memoryPolicy,
    Optional<Personality> personality,
    String mountLabel,
    Map<String, String> netDevices,
    Optional<IntelRdt> intelRdt,
    JsonObject document) {

  /// `linux.resources` as it stands, empty where it is missing.
  public JsonObject resources() throws JsonException {
    return document.optionalObject("resources").orElseGet(JsonObject::new);
  }

  public boolean hasSeccomp() {
    return document.has("seccomp");
  }

  /// `linux.seccomp` as it stands.
  public JsonObject seccomp() throws JsonException {
    return document.object("seccomp");
  }

  /// A namespace of the container's.
  ///
  /// @param type as the specification names it: `pid`, `mount`, …
  /// @param path of one to join, absolute; empty for a new one
  public record Namespace(String type, Optional<String> path) {}

  /// `size` ids in a row, from `containerId` in the container and from `hostId` on the host.
  public record IdRange(long containerId, long hostId, long size) {}

  /// What a clock of the container is ahead of the host's.
  public record TimeOffset(long seconds, long nanoseconds) {}

  /// Whether the container has a namespace of this type that is not simply the caller's.
  public boolean hasNamespace(String type) {
    return namespace(type).isPresent();
  }

  /// Whether the container gets a new namespace of this type.
  public boolean hasNewNamespace(String type) {
    Optional<Namespace> namespace = namespace(type);
    return namespace.isPresent() && namespace.get().path().isEmpty();
  }

  /// The namespace of this type.
  public Optional<Namespace> namespace(String type) {
    for (Namespace namespace : namespaces) {
      if (namespace.type().equals(type)) {
        return Optional.of(namespace);
      }
    }
    return Optional.empty();
  }

  /// A device node to make in the container.
  ///
  /// @param type `c`, `b`, `u` or `p`
  public record Device(
      String path, char type, long major, long minor, long mode, long uid, long gid) {}

  /// As what machine the process sees the kernel; the numbers of personality(2).
  public enum Personality {
    LINUX(0),
    LINUX32(8);

    private final int number;

    Personality(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  private static final List<String> NAMESPACES =
      List.of("pid", "network", "mount", "ipc", "uts", "cgroup", "user", "time");

  private static final List<String> PROPAGATIONS =
      List.of(
          "private",
          "rprivate",
          "slave",
          "rslave",
          "shared",
          "rshared",
          "unbindable",
          "runbindable");

  static LinuxSpec parse(JsonObject linux) throws JsonException, UnsupportedSpecException {
    return new LinuxSpec(
        parseNamespaces(linux),
        parseMappings(linux, "uidMappings"),
        parseMappings(linux, "gidMappings"),
        parseTimeOffsets(linux),
        parseDevices(linux),
        parseCgroupsPath(linux),
        parsePropagation(linux),
        linux.strings("maskedPaths"),
        linux.strings("readonlyPaths"),
        new LinkedHashMap<>(linux.stringMap("sysctl")),
        MemoryPolicy.parse(linux),
        parsePersonality(linux),
        linux.optionalString("mountLabel").orElse(""),
        NetDevices.parse(linux),
        IntelRdt.parse(linux),
        linux);
  }

  private static List<Namespace> parseNamespaces(JsonObject linux)
      throws JsonException, UnsupportedSpecException {
    List<Namespace> namespaces = new ArrayList<>();
    for (JsonObject namespace : linux.objects("namespaces")) {
      String type = namespace.string("type");
      if (!NAMESPACES.contains(type)) {
        throw new UnsupportedSpecException(
            namespace.locationOf("type"), "there is no " + type + " namespace");
      }
      for (Namespace earlier : namespaces) {
        if (earlier.type().equals(type)) {
          throw new JsonException(namespace.locationOf("type") + ": " + type + " is given twice");
        }
      }
      String path = namespace.optionalString("path").orElse("");
      if (!path.isEmpty() && !path.startsWith("/")) {
        throw new JsonException(namespace.locationOf("path") + ": not an absolute path: " + path);
      }
      namespaces.add(new Namespace(type, path.isEmpty() ? Optional.empty() : Optional.of(path)));
    }
    return namespaces;
  }

  static List<IdRange> parseMappings(JsonObject linux, String name) throws JsonException {
    List<IdRange> ranges = new ArrayList<>();
    for (JsonObject range : linux.objects(name)) {
      long size = range.number("size");
      long containerId = range.number("containerID");
      long hostId = range.number("hostID");
      if (size < 1
          || containerId < 0
          || hostId < 0
          || containerId + size > 1L << 32
          || hostId + size > 1L << 32) {
        throw new JsonException(
            range.locationOf("size")
                + ": no range of ids: "
                + size
                + " from "
                + containerId
                + " and "
                + hostId);
      }
      ranges.add(new IdRange(containerId, hostId, size));
    }
    return ranges;
  }

  private static Map<String, TimeOffset> parseTimeOffsets(JsonObject linux) throws JsonException {
    Map<String, TimeOffset> offsets = new LinkedHashMap<>();
    Optional<JsonObject> clocks = linux.optionalObject("timeOffsets");
    if (clocks.isPresent()) {
      for (String clock : clocks.get().members().keySet()) {
        if (!clock.equals("monotonic") && !clock.equals("boottime")) {
          throw new JsonException(
              clocks.get().locationOf(clock) + ": expected monotonic or boottime");
        }
        JsonObject offset = clocks.get().object(clock);
        offsets.put(
            clock,
            new TimeOffset(
                offset.optionalNumber("secs").orElse(0L),
                offset.optionalNumber("nanosecs").orElse(0L)));
      }
    }
    return offsets;
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

  /* The specification names no flag that personality.flags could hold. */
  private static Optional<Personality> parsePersonality(JsonObject linux) throws JsonException {
    Optional<JsonObject> found = linux.optionalObject("personality");
    if (found.isEmpty() || Refusals.saysNothing(found.get())) {
      return Optional.empty();
    }
    JsonObject personality = found.get();
    List<String> flags = personality.strings("flags");
    if (!flags.isEmpty()) {
      throw new JsonException(
          personality.locationOf("flags") + ": " + flags + ", but there are none");
    }
    String domain = personality.string("domain");
    int index = Choices.index(personality, "domain", domain, List.of("LINUX", "LINUX32"));
    return Optional.of(Personality.values()[index]);
  }

  private static String parsePropagation(JsonObject linux) throws JsonException {
    String propagation = linux.optionalString("rootfsPropagation").orElse("");
    if (!propagation.isEmpty()) {
      Choices.index(linux, "rootfsPropagation", propagation, PROPAGATIONS);
    }
    return propagation;
  }
}
