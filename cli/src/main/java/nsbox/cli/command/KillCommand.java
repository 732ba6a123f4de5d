package nsbox.cli.command;

import static nsbox.cli.Model.text;

import java.io.IOException;
import java.util.Map;
import nsbox.cli.Command;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.Signals;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import nsbox.engine.Front;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.state.ProcessIdentity;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox kill`: sends a signal to the first process of containers, and waits for nothing.
public final class KillCommand implements Command {
  private static final int NO_SUCH_PROCESS = 3;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command("kill", "[OPTIONS] CONTAINER...", "Send a signal to containers that run.");
    spec.addOption(text("SIGNAL", "By name or number (KILL)", "-s", "--signal"));
    ContainerChoice.addManyTo(spec, "All that run", "-a", "--all");
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    int signal = Signals.number(parsed.matchedOptionValue("--signal", "KILL"));
    session.prepare();
    return EachContainer.run(
        session,
        ContainerChoice.many(parsed, session, ContainerState.Running.class::isInstance),
        folder -> kill(session, folder, signal));
  }

  private static void kill(Session session, ContainerFolder folder, int signal)
      throws IOException, Failure {
    if (!(folder.state() instanceof ContainerState.Running running)) {
      throw notRunning(folder);
    }
    ContainerRecord record = folder.record();
    if (signal == Signals.KILL || signal == record.stopSignal()) {
      Stopping.markStopped(folder);
    }
    ProcessIdentity process = running.process();
    Instructions steps = new Instructions();
    steps.add("send signal " + signal, Opcode.SIGNAL, process.pid(), process.startTime(), signal);
    Front.Outcome outcome = session.front().run(Program.of(steps).encode());
    if (outcome.errno() == NO_SUCH_PROCESS) {
      throw notRunning(folder);
    }
    if (!outcome.succeeded()) {
      throw new Failure(
          "cannot kill container " + record.name() + ": " + Errno.text(outcome.errno()));
    }
    if (signal == Signals.KILL && running.paused()) {
      Pausing.thaw(folder);
    }
    session.events().container("kill", record, Map.of(Stopping.SIGNAL, Integer.toString(signal)));
  }

  /* As podman has it, word for word. */
  private static Failure notRunning(ContainerFolder folder) throws IOException {
    return new Failure(
        "can only kill running containers. "
            + folder.id()
            + " is in state "
            + folder.state().word()
            + ": container state improper");
  }
}
