package nsbox.runtime.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// The checks of `linux`.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md
final class LinuxChecks {
  private static final long MAX_ID = 0xfffffffeL;

  /// dev_t of the kernel: 12 bits for the major number, 20 for the minor one.
  private static final long MAX_MAJOR = 0xfff;

  private static final long MAX_MINOR = 0xfffff;
  private static final long ANY = -1;
  private static final long MAX_MODE = 0xffff;

  private LinuxChecks() {}

  static void check(JsonObject linux) throws JsonException {
    devices(linux);
    paths(linux, "maskedPaths");
    paths(linux, "readonlyPaths");
    Optional<JsonObject> resources = linux.optionalObject("resources");
    if (resources.isPresent()) {
      for (JsonObject rule : resources.get().objects("devices")) {
        deviceRule(rule);
      }
    }
  }

  private static void paths(JsonObject linux, String name) throws JsonException {
    List<String> paths = linux.strings(name);
    for (int i = 0; i < paths.size(); i++) {
      Checks.containerPath(linux.locationOf(name) + "[" + i + "]", paths.get(i));
    }
  }

  private static void devices(JsonObject linux) throws JsonException {
    List<String> paths = new ArrayList<>();
    for (JsonObject device : linux.objects("devices")) {
      String path = device.string("path");
      Checks.containerPath(device.locationOf("path"), path);
      if (paths.contains(path)) {
        throw new JsonException(device.locationOf("path") + ": " + path + " is given twice");
      }
      paths.add(path);
      if (!device.string("type").equals("p")) {
        /* Anything above would be cut off, and be another device. */
        device.number("major");
        device.number("minor");
        Checks.within(device, "major", 0, MAX_MAJOR);
        Checks.within(device, "minor", 0, MAX_MINOR);
      }
      /* Engines send the file type with it, as stat(2) says it. */
      Checks.within(device, "fileMode", 0, MAX_MODE);
      Checks.within(device, "uid", 0, MAX_ID);
      Checks.within(device, "gid", 0, MAX_ID);
    }
  }

  private static void deviceRule(JsonObject rule) throws JsonException {
    if (!rule.has("allow")) {
      throw new JsonException(rule.locationOf("allow") + ": missing, expected true or false");
    }
    String type = rule.optionalString("type").orElse("a");
    if (!type.isEmpty() && (type.length() > 1 || "abc".indexOf(type.charAt(0)) < 0)) {
      throw new JsonException(rule.locationOf("type") + ": " + type + ", expected a, b or c");
    }
    Checks.within(rule, "major", ANY, MAX_MAJOR);
    Checks.within(rule, "minor", ANY, MAX_MINOR);
    String access = rule.optionalString("access").orElse("rwm");
    boolean known = !access.isEmpty();
    for (int i = 0; i < access.length(); i++) {
      known = known && "rwm".indexOf(access.charAt(i)) >= 0;
    }
    if (!known) {
      throw new JsonException(
          rule.locationOf("access") + ": " + access + ", expected some of r, w and m");
    }
  }
}
