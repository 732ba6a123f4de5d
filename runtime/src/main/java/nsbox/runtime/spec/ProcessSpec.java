package nsbox.runtime.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// What runs in the container, as whom, and with which rights.
///
/// @param arguments the program and its arguments; never empty
/// @param apparmorProfile empty where there is none, as `selinuxLabel`
/// @param environment assignments, `NAME=value`
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#process
public record ProcessSpec(
    boolean terminal,
    int rows,
    int columns,
    User user,
    List<String> arguments,
    List<String> environment,
    String directory,
    Optional<Capabilities> capabilities,
    List<Rlimit> rlimits,
    boolean noNewPrivileges,
    Optional<Long> oomScoreAdjust,
    Scheduling scheduling,
    String apparmorProfile,
    String selinuxLabel) {

  /// Numeric ids inside the container.
  public record User(long uid, long gid, Optional<Long> umask, List<Long> additionalGids) {}

  /// Names without meaning to us until [CapabilityNames] turns them into bits.
  public record Capabilities(
      List<String> bounding,
      List<String> effective,
      List<String> inheritable,
      List<String> permitted,
      List<String> ambient) {}

  /// @param type `RLIMIT_NOFILE` and its siblings
  /// @param soft as unsigned; all 64 bits set mean no limit, for `hard` as well
  public record Rlimit(String type, long soft, long hard) {}

  private static final long MAX_ID = 0xfffffffeL;

  private static final List<String> NOT_APPLIED = List.of("commandLine");

  /// Reads `process`, of a configuration or from a file of its own.
  public static ProcessSpec parse(JsonObject process)
      throws JsonException, UnsupportedSpecException {
    Refusals.refuse(process, NOT_APPLIED);
    List<String> arguments = process.strings("args");
    if (arguments.isEmpty()) {
      throw new JsonException(process.locationOf("args") + ": empty, expected a program to run");
    }
    JsonObject size = process.optionalObject("consoleSize").orElseGet(JsonObject::new);
    JsonObject user = process.optionalObject("user").orElseGet(JsonObject::new);
    String directory = process.string("cwd");
    if (!directory.startsWith("/")) {
      throw new JsonException(process.locationOf("cwd") + ": not an absolute path: " + directory);
    }
    return new ProcessSpec(
        process.flag("terminal"),
        size.optionalNumber("height").orElse(0L).intValue(),
        size.optionalNumber("width").orElse(0L).intValue(),
        parseUser(user),
        arguments,
        process.strings("env"),
        directory,
        parseCapabilities(process),
        parseRlimits(process),
        process.flag("noNewPrivileges"),
        process.optionalNumber("oomScoreAdj"),
        Scheduling.parse(process),
        process.optionalString("apparmorProfile").orElse(""),
        process.optionalString("selinuxLabel").orElse(""));
  }

  private static User parseUser(JsonObject user) throws JsonException {
    List<Long> groups = user.numbers("additionalGids");
    for (long group : groups) {
      checkId(user, "additionalGids", group);
    }
    return new User(
        checkId(user, "uid", user.optionalNumber("uid").orElse(0L)),
        checkId(user, "gid", user.optionalNumber("gid").orElse(0L)),
        user.optionalNumber("umask"),
        groups);
  }

  /* The kernel takes 32 bits, so others would end up as another user, 2^32 as root; and all bits set
   * mean "as it is", which is root as well. */
  private static long checkId(JsonObject user, String name, long id) throws JsonException {
    if (id < 0 || id > MAX_ID) {
      throw new JsonException(user.locationOf(name) + ": " + id + " is no id");
    }
    return id;
  }

  private static Optional<Capabilities> parseCapabilities(JsonObject process) throws JsonException {
    Optional<JsonObject> sets = process.optionalObject("capabilities");
    if (sets.isEmpty()) {
      return Optional.empty();
    }
    JsonObject set = sets.get();
    return Optional.of(
        new Capabilities(
            set.strings("bounding"),
            set.strings("effective"),
            set.strings("inheritable"),
            set.strings("permitted"),
            set.strings("ambient")));
  }

  private static List<Rlimit> parseRlimits(JsonObject process) throws JsonException {
    List<Rlimit> rlimits = new ArrayList<>();
    for (JsonObject rlimit : process.objects("rlimits")) {
      String type = rlimit.string("type");
      for (Rlimit earlier : rlimits) {
        if (earlier.type().equals(type)) {
          throw new JsonException(rlimit.locationOf("type") + ": " + type + " is given twice");
        }
      }
      rlimits.add(new Rlimit(type, rlimit.unsigned("soft"), rlimit.unsigned("hard")));
    }
    return rlimits;
  }
}
