package nsbox.cli.oci;

import static nsbox.cli.Model.positionals;

import java.nio.channels.FileChannel;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.command.LaunchFailure;
import nsbox.engine.Front;
import nsbox.json.JsonObject;
import nsbox.runtime.plan.HookStage;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.Hooks;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StateFolder.Status;
import nsbox.runtime.state.StoredState;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime start`: runs the program of a container that was created.
public final class StartCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = OciModel.command("start", "ID", "Run what a created container is for.");
    spec.addPositional(Model.parameters("ID", "1", "The container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    String id = positionals(parsed).getFirst();
    StateFolder folder = Containers.find(session, id);
    try (FileChannel _ = folder.lock()) {
      check(folder);
      Program program = program(folder);
      Front.Outcome outcome = session.front().run(program.encode());
      if (!outcome.succeeded()) {
        /* A poststart hook that fails ends the container: runtime.md, Lifecycle, step 9. */
        Containers.end(session, folder);
        throw LaunchFailure.of("start container " + id, program, outcome);
      }
    }
    return 0;
  }

  /* As runc has it, word for word. */
  private static void check(StateFolder folder) throws Exception {
    switch (folder.status()) {
      case CREATED -> {}
      case STOPPED -> throw new Failure("cannot start a container that has stopped");
      case RUNNING -> throw new Failure("cannot start an already running container");
      case PAUSED ->
          throw new Failure("cannot start a container in the " + Status.PAUSED + " state");
    }
  }

  private static Program program(StateFolder folder) throws Exception {
    StoredState state = Containers.state(folder);
    int pid = folder.process().orElseThrow().pid();
    Instructions steps = new Instructions();
    steps.add("let it go on", Opcode.START, folder.fifo().toString());
    Hooks hooks = Hooks.parse(new JsonObject().put("hooks", state.hooks()));
    new HookStage(folder.id(), state.bundle(), state.annotations())
        .add(steps, "poststart", hooks.poststart(), "running", List.of(), 0, pid);
    return Program.of(steps);
  }
}
