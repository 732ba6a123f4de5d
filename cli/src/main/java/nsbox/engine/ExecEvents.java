package nsbox.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// What `events` tells of a further process: written by the process that starts it and sees its
/// end, for no planner is there then.
public final class ExecEvents {
  private final String file;
  private final ContainerRecord record;
  private final String execId;

  public ExecEvents(Events events, ContainerRecord record) throws IOException {
    this.file = events.file().toString();
    this.record = record;
    this.execId = Containers.newId();
  }

  /// The same program, with a record of each step in the life of its process.
  ///
  /// @param watched somebody of ours sees its end
  public Program tell(Program program, List<String> command, boolean watched) throws IOException {
    String words = ": " + String.join(" ", command);
    List<Instruction> monitor = new ArrayList<>();
    monitor.add(step("exec_create" + words, false));
    monitor.addAll(program.section(0));
    monitor.add(step("exec_start" + words, false));
    List<Instruction> teardown = new ArrayList<>();
    if (watched) {
      teardown.add(step("exec_die", true));
    }
    teardown.addAll(program.section(2));
    return new Program(monitor, program.section(1), teardown, program.section(3));
  }

  /* The process runs also where nothing can be recorded. */
  private Instruction step(String action, boolean withCode) throws IOException {
    return new Instruction(
        Opcode.EXEC_EVENT,
        Instruction.ALL,
        "record the event " + (withCode ? action : action.substring(0, action.indexOf(':'))),
        List.of(file, text(action), withCode ? 1L : 0L));
  }

  /* What stands behind the time and before the exit code. */
  private String text(String action) throws IOException {
    JsonObject attributes = new JsonObject();
    for (Map.Entry<String, String> label : record.labels().entrySet()) {
      attributes.put(label.getKey(), label.getValue());
    }
    attributes.put("image", record.image()).put("name", record.name()).put("execID", execId);
    JsonObject event =
        new JsonObject()
            .put("status", action)
            .put("id", record.id())
            .put("from", record.image())
            .put("Type", "container")
            .put("Action", action)
            .put("scope", "local")
            .put("Actor", new JsonObject().put("ID", record.id()).put("Attributes", attributes));
    String text = Json.text(event);
    return text.substring(1, text.length() - "}}}".length());
  }
}
