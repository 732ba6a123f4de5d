package nsbox.runtime.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Values that are of the right type and that the kernel would refuse, cut off or take for another.
///
/// They are found here rather than by the step that would fail, because here the field is known,
/// and because nothing of the container is there yet.
final class Checks {
  /// The longest name that sethostname(2) and setdomainname(2) take, in bytes.
  private static final int MAX_HOST_NAME = 64;

  private Checks() {}

  /// @throws JsonException naming the field and its value
  static void check(JsonObject config) throws JsonException {
    for (String name : List.of("hostname", "domainname", "root", "process", "mounts")) {
      Texts.check(config.locationOf(name), config.members().get(name));
    }
    notEmpty(config.object("root"), "path");
    hostName(config, "hostname");
    hostName(config, "domainname");
    annotations(config);
    ProcessChecks.check(config.object("process"));
    MountChecks.check(config);
    Optional<JsonObject> linux = config.optionalObject("linux");
    if (linux.isPresent()) {
      linuxTexts(linux.get());
      LinuxChecks.check(linux.get());
    }
  }

  /* The names of system calls are many, and only looked up in a table. */
  private static void linuxTexts(JsonObject linux) throws JsonException {
    for (Map.Entry<String, Object> member : linux.members().entrySet()) {
      if (!member.getKey().equals("seccomp")) {
        Texts.check(linux.locationOf(member.getKey()), member.getValue());
      } else if (member.getValue() instanceof JsonObject seccomp) {
        Texts.check(seccomp.locationOf("listenerPath"), seccomp.members().get("listenerPath"));
      }
    }
  }

  private static void hostName(JsonObject config, String name) throws JsonException {
    Optional<String> value = config.optionalString(name);
    if (value.isPresent() && Texts.bytes(value.get()) > MAX_HOST_NAME) {
      throw new JsonException(
          config.locationOf(name)
              + ": "
              + value.get()
              + " has "
              + Texts.bytes(value.get())
              + " bytes, at most 64 are possible");
    }
  }

  /* None has a meaning here, but what is no annotation is a mistake all the same. */
  private static void annotations(JsonObject config) throws JsonException {
    for (Map.Entry<String, String> annotation : config.stringMap("annotations").entrySet()) {
      if (annotation.getKey().isEmpty()) {
        throw new JsonException(config.locationOf("annotations") + ": a key is empty");
      }
    }
  }

  /// Refuses a number outside of `min` to `max`; one that is missing is fine.
  static void within(JsonObject object, String name, long min, long max) throws JsonException {
    Optional<Long> number = object.optionalNumber(name);
    if (number.isPresent() && (number.get() < min || number.get() > max)) {
      throw new JsonException(
          object.locationOf(name)
              + ": "
              + number.get()
              + ", expected a number from "
              + min
              + " to "
              + max);
    }
  }

  /// Refuses a text that is there and empty.
  static void notEmpty(JsonObject object, String name) throws JsonException {
    Optional<String> text = object.optionalString(name);
    if (text.isPresent() && text.get().isEmpty()) {
      throw new JsonException(object.locationOf(name) + ": empty");
    }
  }

  /// Refuses a path in the container that names nothing for sure: an empty or a relative one, or
  /// one with `..` in it, which means something else wherever a link is on its way.
  static void containerPath(String where, String path) throws JsonException {
    if (!path.startsWith("/")) {
      throw new JsonException(where + ": not an absolute path: " + path);
    }
    noWayUp(where, path);
  }

  static void noWayUp(String where, String path) throws JsonException {
    if (("/" + path + "/").contains("/../")) {
      throw new JsonException(where + ": " + path + ", '..' is not allowed in it");
    }
  }
}
