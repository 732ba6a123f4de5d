package nsbox.runtime.plan;

import java.util.List;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.Hooks;
import nsbox.runtime.spec.Hooks.Hook;

/// Hooks as steps, each with the container's state as it is at that time.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#posix-platform-hooks
public final class HookStage {
  private final String id;
  private final String bundle;
  private final JsonObject annotations;

  public HookStage(String id, String bundle, JsonObject annotations) {
    this.id = id;
    this.bundle = bundle;
    this.annotations = annotations;
  }

  /// @param kind the member of `hooks`, such as `createRuntime`
  /// @param status that the state says: `creating`, `created`, `running` or `stopped`
  /// @param environment where the hook has none of its own
  /// @param ignore as [nsbox.runtime.program.Instruction#ignore]
  public void add(
      Instructions steps,
      String kind,
      List<Hook> hooks,
      String status,
      List<String> environment,
      int ignore) {
    add(steps, kind, hooks, status, environment, ignore, 0);
  }

  /// @param pid of the container where it is known already; else 0, for whoever runs the hooks to
  ///   fill in
  public void add(
      Instructions steps,
      String kind,
      List<Hook> hooks,
      String status,
      List<String> environment,
      int ignore,
      int pid) {
    boolean whole = pid > 0 || status.equals("stopped");
    for (int i = 0; i < hooks.size(); i++) {
      Hook hook = hooks.get(i);
      String state = whole ? Json.text(state(status, pid)) : stateUpToPid(status);
      steps.addIgnoring(
          ignore,
          kind + " hook #" + i + ", " + hook.path(),
          Opcode.HOOK,
          hook.path(),
          hook.arguments().isEmpty() ? List.of(hook.path()) : hook.arguments(),
          hook.environment().isEmpty() ? environment : hook.environment(),
          hook.timeout().orElse(0L) * 1000,
          state,
          whole ? "" : "}",
          bundle);
    }
  }

  /// The hooks that are run once the container is gone, failures notwithstanding.
  public void poststop(Instructions teardown, Hooks hooks) {
    add(teardown, "poststop", hooks.poststop(), "stopped", List.of(), Instruction.WARN);
  }

  /// The state as JSON, but for the pid and what closes it: those come when they are known.
  String stateUpToPid(String status) {
    String text = Json.text(state(status, 0));
    return text.substring(0, text.length() - 1) + ",\"pid\":";
  }

  /// The state before there is a process.
  String stateOfUnknownPid() {
    return Json.text(state("creating", 0));
  }

  private JsonObject state(String status, int pid) {
    JsonObject state =
        new JsonObject()
            .put("ociVersion", Features.NEWEST_VERSION)
            .put("id", id)
            .put("status", status)
            .put("bundle", bundle);
    if (pid > 0) {
      state.put("pid", (long) pid);
    }
    return annotations.isEmpty() ? state : state.put("annotations", annotations);
  }
}
