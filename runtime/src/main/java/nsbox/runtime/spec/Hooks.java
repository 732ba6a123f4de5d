package nsbox.runtime.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Programs that are run at fixed points of a container's life, each list in its order.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#posix-platform-hooks
public record Hooks(
    List<Hook> prestart,
    List<Hook> createRuntime,
    List<Hook> createContainer,
    List<Hook> startContainer,
    List<Hook> poststart,
    List<Hook> poststop) {

  /// One program.
  ///
  /// @param arguments as execve(2) has them, the first is the program's name; empty for none
  /// @param environment assignments; empty for that of whoever runs the hook in the container
  /// @param timeout seconds, more than 0
  public record Hook(
      String path, List<String> arguments, List<String> environment, Optional<Long> timeout) {}

  static final Hooks NONE =
      new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

  /// Reads them from a configuration.
  public static Hooks parse(JsonObject config) throws JsonException {
    Optional<JsonObject> hooks = config.optionalObject("hooks");
    if (hooks.isEmpty()) {
      return NONE;
    }
    return new Hooks(
        list(hooks.get(), "prestart"),
        list(hooks.get(), "createRuntime"),
        list(hooks.get(), "createContainer"),
        list(hooks.get(), "startContainer"),
        list(hooks.get(), "poststart"),
        list(hooks.get(), "poststop"));
  }

  private static List<Hook> list(JsonObject hooks, String name) throws JsonException {
    List<Hook> list = new ArrayList<>();
    for (JsonObject hook : hooks.objects(name)) {
      String path = hook.string("path");
      if (!path.startsWith("/")) {
        throw new JsonException(hook.locationOf("path") + ": not an absolute path: " + path);
      }
      Optional<Long> timeout = hook.optionalNumber("timeout");
      if (timeout.isPresent() && timeout.get() <= 0) {
        throw new JsonException(
            hook.locationOf("timeout") + ": " + timeout.get() + ", expected more than 0 seconds");
      }
      list.add(new Hook(path, hook.strings("args"), hook.strings("env"), timeout));
    }
    return list;
  }
}
