package nsbox.cli.oci;

import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
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
          session.front().out(table(words.subList(1, words.size()), new HashSet<>(pids)));
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

  /* As runc does it: all that ps(1) has to say, without the lines of other processes. */
  private static String table(List<String> options, Set<Long> pids) throws Exception {
    List<String> command = new ArrayList<>(List.of("ps"));
    command.addAll(options.isEmpty() ? List.of("-ef") : options);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    Process ps;
    try {
      ps = builder.start();
    } catch (IOException e) {
      throw new Failure("cannot run ps: " + e.getMessage() + "\n  --format json does without.", e);
    }
    ps.getOutputStream().close();
    String said = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (ps.waitFor() != 0) {
      throw new Failure("ps: " + said.strip());
    }
    String[] lines = said.split("\n");
    int column = List.of(lines[0].strip().split("\\s+")).indexOf("PID");
    if (column < 0) {
      throw new Failure("cannot find the column PID in what ps prints");
    }
    StringBuilder text = new StringBuilder(lines[0]).append('\n');
    for (int i = 1; i < lines.length; i++) {
      String[] cells = lines[i].strip().split("\\s+");
      if (cells.length > column && pids.contains(Long.parseLong(cells[column]))) {
        text.append(lines[i]).append('\n');
      }
    }
    return text.toString();
  }
}
