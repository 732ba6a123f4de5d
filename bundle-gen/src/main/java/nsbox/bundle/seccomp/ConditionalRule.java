package nsbox.bundle.seccomp;

import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// One entry of a profile's `syscalls` with the conditions under which it holds.
///
/// @param body what of the entry belongs into config.json, but for the names: action, errno and
///   arguments
record ConditionalRule(
    List<String> names, JsonObject body, Condition includes, Condition excludes) {

  /// `includes` or `excludes` of a rule; what is empty asks for nothing.
  private record Condition(
      List<String> capabilities, List<String> architectures, Optional<KernelVersion> minKernel) {

    static Condition parse(JsonObject rule, String field) throws JsonException {
      Optional<JsonObject> condition = rule.optionalObject(field);
      if (condition.isEmpty()) {
        return new Condition(List.of(), List.of(), Optional.empty());
      }
      return new Condition(
          condition.get().strings("caps"),
          condition.get().strings("arches"),
          minKernel(condition.get()));
    }

    private static Optional<KernelVersion> minKernel(JsonObject condition) throws JsonException {
      Optional<String> text = condition.optionalString("minKernel");
      if (text.isEmpty() || text.get().isEmpty()) {
        return Optional.empty();
      }
      Optional<KernelVersion> version = KernelVersion.parse(text.get());
      if (version.isEmpty()) {
        throw new JsonException(
            condition.locationOf("minKernel") + ": " + text.get() + ", expected such as 4.8");
      }
      return version;
    }

    /// As `includes`: every capability, one of the architectures, this kernel or a later one.
    boolean allOf(Circumstances circumstances) {
      return circumstances.capabilities().containsAll(capabilities)
          && (architectures.isEmpty() || architectures.contains(circumstances.architecture()))
          && (minKernel.isEmpty() || circumstances.kernel().isAtLeast(minKernel.get()));
    }

    /// As `excludes`: a capability, an architecture or the kernel is enough.
    boolean anyOf(Circumstances circumstances) {
      for (String capability : capabilities) {
        if (circumstances.capabilities().contains(capability)) {
          return true;
        }
      }
      return architectures.contains(circumstances.architecture())
          || minKernel.isPresent() && circumstances.kernel().isAtLeast(minKernel.get());
    }
  }

  static ConditionalRule parse(JsonObject rule) throws JsonException {
    JsonObject body = new JsonObject();
    body.put("action", rule.string("action"));
    if (rule.has("errnoRet")) {
      body.put("errnoRet", rule.number("errnoRet"));
    }
    List<JsonObject> arguments = rule.objects("args");
    if (!arguments.isEmpty()) {
      body.put("args", arguments);
    }
    return new ConditionalRule(
        names(rule), body, Condition.parse(rule, "includes"), Condition.parse(rule, "excludes"));
  }

  boolean holdsUnder(Circumstances circumstances) {
    return includes.allOf(circumstances) && !excludes.anyOf(circumstances);
  }

  /// Profiles older than 2016 have a rule for each call, with `name`.
  private static List<String> names(JsonObject rule) throws JsonException {
    List<String> names = rule.strings("names");
    if (!names.isEmpty()) {
      return names;
    }
    Optional<String> name = rule.optionalString("name");
    if (name.isEmpty()) {
      throw new JsonException(rule.locationOf("names") + ": names no system call");
    }
    return List.of(name.get());
  }
}
