package nsbox.cli.oci;

import static nsbox.cli.Model.positionals;

import java.nio.channels.FileChannel;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.runtime.cgroup.Freezer;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StateFolder.Status;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime pause` and `resume`: stops all processes of a container, and lets them go on.
public final class PauseCommand implements Command {
  private final boolean pauses;

  private PauseCommand(boolean pauses) {
    this.pauses = pauses;
  }

  public static PauseCommand pause() {
    return new PauseCommand(true);
  }

  public static PauseCommand resume() {
    return new PauseCommand(false);
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        pauses
            ? OciModel.command("pause", "ID", "Stop all processes of a container for a while.")
            : OciModel.command("resume", "ID", "Let the processes of a container go on.");
    spec.addPositional(Model.parameters("ID", "1", "The container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    StateFolder folder = Containers.find(session, positionals(parsed).getFirst());
    try (FileChannel _ = folder.lock()) {
      Status status = folder.status();
      boolean fits =
          pauses ? status == Status.RUNNING || status == Status.CREATED : status == Status.PAUSED;
      if (!fits) {
        /* As runc has it, word for word. */
        throw new Failure(
            pauses ? "container not running: it is " + status : "container not paused");
      }
      Optional<Freezer> freezer = Freezer.of(Containers.state(folder).cgroup());
      if (freezer.isEmpty()) {
        throw new Failure("container " + folder.id() + " has no cgroup that could pause it");
      }
      if (pauses) {
        freezer.get().freeze();
      } else {
        freezer.get().thaw();
      }
    }
    return 0;
  }
}
