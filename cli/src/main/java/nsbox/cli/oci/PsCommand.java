package nsbox.cli.oci;

import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.util.HashSet;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.ProcessTable;
import nsbox.cli.Session;
import nsbox.runtime.cgroup.CgroupProcesses;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StateFolder.Status;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime ps`: the processes of a container, as the host sees them.
public final class PsCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        OciModel.command("ps", "ID [PS-OPTIONS]", "List the processes of a container.");
    spec.addOption(text("FORMAT", "table or json (table)", "-f", "--format"));
    spec.addPositional(
        Model.parameters("ID", "1..*", "The container, and options for ps(1) (-ef)"));
    return spec;
  }

  @Override
  public boolean stopsAtPositional() {
    return true;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    String format = parsed.matchedOptionValue("--format", "table");
    StateFolder folder = Containers.find(session, words.getFirst());
    List<Long> pids = folder.status() == Status.STOPPED ? List.of() : pids(folder);
    switch (format) {
      case "json" -> session.front().out(pids + "\n");
      case "table" ->
          session.front().out(ProcessTable.of(words.subList(1, words.size()), new HashSet<>(pids)));
      default -> throw new Failure("invalid format option: " + format + ", expected table or json");
    }
    return 0;
  }

  private static List<Long> pids(StateFolder folder) throws Exception {
    ContainerCgroup cgroup = Containers.state(folder).cgroup();
    if (cgroup.places().isEmpty()) {
      throw new Failure(
          "container " + folder.id() + " has no cgroup, so nobody knows its processes");
    }
    return CgroupProcesses.of(cgroup);
  }
}
