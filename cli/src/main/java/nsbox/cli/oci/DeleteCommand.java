package nsbox.cli.oci;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.nio.channels.FileChannel;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.runtime.state.ContainerGoneException;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StateFolder.Status;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime delete`: removes a container that has ended, or that was only created.
public final class DeleteCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = OciModel.command("delete", "ID", "Delete a container that has ended.");
    spec.addOption(flag("End it first, and be content if there is none", "-f", "--force"));
    spec.addPositional(Model.parameters("ID", "1", "The container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    String id = positionals(parsed).getFirst();
    boolean force = isSet(parsed, "--force");
    Optional<StateFolder> found = Containers.root(session).find(id);
    if (found.isEmpty()) {
      if (force) {
        return 0;
      }
      throw new Failure("container does not exist: " + id);
    }
    StateFolder folder = found.get();
    if (force) {
      /* Not under the lock: who holds it may be waiting for this very process. */
      Containers.end(session, folder);
    }
    try (FileChannel _ = folder.lock()) {
      Status status = folder.status();
      /* The specification forbids it, but engines count on what runc does: what was created and
       * never started is ended. */
      if (status != Status.STOPPED && status != Status.CREATED && !force) {
        throw new Failure("cannot delete container " + id + " that is not stopped: " + status);
      }
      Containers.end(session, folder);
      Containers.remove(session, folder);
    } catch (ContainerGoneException e) {
      if (!force) {
        throw e;
      }
    }
    return 0;
  }
}
