package nsbox.cli.oci;

import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.JsonForm;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StateFolder.Status;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime state`: what a container is and does, as JSON.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/runtime.md#state
public final class StateCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = OciModel.command("state", "ID", "Print the state of a container.");
    spec.addPositional(Model.parameters("ID", "1", "The container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    StateFolder folder = Containers.find(session, positionals(parsed).getFirst());
    Status status = folder.status();
    int pid = status == Status.STOPPED ? 0 : folder.process().orElseThrow().pid();
    session
        .front()
        .out(
            JsonForm.indented(Containers.state(folder).report(pid, status.toString()), "  ")
                + "\n");
    return 0;
  }
}
