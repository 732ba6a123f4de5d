package nsbox.cli.flags;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.json.JsonObject;

/// Collects `linux.resources`, member by member, as far as the host can do it.
///
/// What docker only warns of and leaves out is left out here too; all else is refused.
final class Limits {
  private final Asked asked;
  private final JsonObject resources = new JsonObject();
  private final Map<String, JsonObject> groups = new LinkedHashMap<>();
  private final Map<String, String> sources = new LinkedHashMap<>();
  private LimitSupport support;

  Limits(Asked asked) {
    this.asked = asked;
  }

  LimitSupport support() throws Failure {
    if (support == null) {
      support = LimitSupport.ofHost();
    }
    return support;
  }

  /// @param option that the value came from
  void put(String option, String group, String member, Object value) {
    JsonObject object = groups.get(group);
    if (object == null) {
      object = new JsonObject();
      groups.put(group, object);
      resources.put(group, object);
    }
    object.put(member, value);
    sources.put(group + "." + member, option);
  }

  /// @return false, with a warning, where the host's cgroups cannot do it
  boolean orWarn(String option, String controller1, String file, String controller2)
      throws Failure {
    if (support().has(controller1, file, controller2)) {
      return true;
    }
    asked.warn(option + ": " + lack(controller1, file, controller2) + "; the limit is discarded");
    return false;
  }

  /// @throws Failure where the host's cgroups cannot do it
  void orFail(String option, String controller1, String file, String controller2) throws Failure {
    if (!support().has(controller1, file, controller2)) {
      throw new Failure(option + ": " + lack(controller1, file, controller2));
    }
  }

  private String lack(String controller1, String file, String controller2) throws Failure {
    if (!support().isVersion2()) {
      return "the cgroups of this host have no "
          + controller1
          + " controller"
          + (file.isEmpty() ? "" : " with " + file);
    }
    return controller2.isEmpty()
        ? "cgroup version 2, which this host has, knows no such limit"
        : "the cgroups of this host have no " + controller2 + " controller";
  }

  Optional<Long> number(String group, String member) {
    JsonObject object = groups.get(group);
    return object != null && object.members().get(member) instanceof Long number
        ? Optional.of(number)
        : Optional.empty();
  }

  JsonObject resources() {
    return resources;
  }

  Map<String, String> sources() {
    return sources;
  }
}
