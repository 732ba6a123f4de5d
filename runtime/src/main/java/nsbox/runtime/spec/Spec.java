package nsbox.runtime.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// A container's configuration, config.json, as far as this runtime applies it.
///
/// CONFORMANCE.md lists every field: applied, refused, or ignored with the reason.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md
public record Spec(
    Root root,
    ProcessSpec process,
    Optional<String> hostname,
    Optional<String> domainname,
    List<MountSpec> mounts,
    Hooks hooks,
    Map<String, String> annotations,
    LinuxSpec linux) {

  /// @param path of the root file system, absolute or relative to the bundle
  public record Root(String path, boolean readonly) {}

  private static final List<String> NOT_APPLIED =
      List.of("solaris", "windows", "vm", "zos", "freebsd");

  /// Reads a configuration.
  ///
  /// @throws JsonException if a field is missing or of the wrong type
  /// @throws UnsupportedSpecException if a field is one of those that this runtime refuses
  public static Spec parse(JsonObject config) throws JsonException, UnsupportedSpecException {
    Refusals.refuse(config, NOT_APPLIED);
    SpecVersion.check(config);
    JsonObject root = config.object("root");
    Spec spec =
        new Spec(
            new Root(root.string("path"), root.flag("readonly")),
            ProcessSpec.parse(config.object("process")),
            config.optionalString("hostname"),
            config.optionalString("domainname"),
            MountSpec.parseAll(config),
            Hooks.parse(config),
            config.stringMap("annotations"),
            LinuxSpec.parse(config.optionalObject("linux").orElseGet(JsonObject::new)));
    Checks.check(config);
    return spec;
  }

  /// The same for another process in the container.
  public Spec withProcess(ProcessSpec other) {
    return new Spec(root, other, hostname, domainname, mounts, hooks, annotations, linux);
  }

  /// The environment as a map; of a name given twice the last value counts.
  public static Map<String, String> environment(List<String> assignments) {
    Map<String, String> environment = new java.util.LinkedHashMap<>();
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      if (equals > 0) {
        environment.put(assignment.substring(0, equals), assignment.substring(equals + 1));
      }
    }
    return environment;
  }
}
