package nsbox.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;

/// The steps by which a container's monitor records what happens to it, as [Events] does.
///
/// The monitor knows no JSON: it gets the text of all that is known before, up to the container's
/// name, and adds what it learns. What has happened has happened, also where it cannot be recorded.
final class EventSteps {
  private static final int ALWAYS = 0;
  private static final int AT_THE_END = 1;
  private static final int AFTER_WANT_OF_MEMORY = 2;

  private final String file;
  private final String text;
  private final String name;
  private final String renamed;

  EventSteps(StateRoots roots, ContainerFolder folder, ContainerRecord record) throws IOException {
    this.file = new Events(roots).file().toString();
    this.text = text(record);
    this.name = record.name();
    this.renamed = folder.renamedFile().toString();
  }

  /* Up to the attributes, whose last one the name will be. */
  private static String text(ContainerRecord record) throws IOException {
    Map<String, String> attributes = Events.attributes(record, Map.of());
    attributes.remove("name");
    attributes.remove("exitCode");
    JsonObject members = new JsonObject();
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      members.put(attribute.getKey(), attribute.getValue());
    }
    String open =
        Json.text(
            new JsonObject()
                .put("id", record.id())
                .put("from", record.image())
                .put("Type", "container")
                .put("scope", "local")
                .put("Actor", new JsonObject().put("ID", record.id()).put("Attributes", members)));
    return open.substring(1, open.length() - "}}}".length());
  }

  void start(Instructions steps) {
    event(steps, "start", ALWAYS);
  }

  void end(Instructions steps) {
    event(steps, "oom", AFTER_WANT_OF_MEMORY);
    event(steps, "die", AT_THE_END);
  }

  private void event(Instructions steps, String action, int when) {
    steps.addIgnoring(
        Instruction.ALL,
        "record the event " + action,
        Opcode.EVENT,
        file,
        action,
        text,
        name,
        renamed,
        when);
  }

  /// What happens to a further process of the container.
  Instruction ofProcess(String action, List<String> command) {
    return process(action, command, ALWAYS);
  }

  Instruction endOfProcess(String action) {
    return process(action, List.of(), AT_THE_END);
  }

  private Instruction process(String action, List<String> command, long when) {
    return new Instruction(
        Opcode.EXEC_EVENT,
        Instruction.ALL,
        "record the event " + action,
        List.of(file, action, text, name, renamed, command, when));
  }

  /// How the container fares stands in `results`; each change of it is recorded.
  void health(Instructions steps, Path results) {
    steps.add(
        "keep in " + results + " how it fares",
        Opcode.HEALTH_RECORD,
        results.toString(),
        file,
        text,
        name,
        renamed);
  }

  /// Takes the container's folder away, and records it if that was the first to do so.
  void withdraw(Instructions steps, String from, String to) {
    steps.addIgnoring(
        Instruction.MISSING,
        "take the container away",
        Opcode.WITHDRAW,
        from,
        to,
        file,
        text,
        name,
        renamed);
  }
}
