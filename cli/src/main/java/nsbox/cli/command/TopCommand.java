package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.ProcessTable;
import nsbox.cli.Session;
import nsbox.cli.output.Visible;
import nsbox.engine.ContainerState;
import nsbox.runtime.cgroup.CgroupProcesses;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox top`: the processes of a container: by docker's options, which are those of ps(1), or by
/// podman's names of columns.
public final class TopCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "top",
            "CONTAINER [PS-OPTIONS | COLUMN...]",
            "Show the processes of a container: as ps(1) of the host has them, or in columns:",
            String.join(" ", ProcessColumns.NAMES));
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addPositional(Model.optionalParameters("CONTAINER", "The container, and what to show"));
    return spec;
  }

  @Override
  public boolean stopsAtPositional() {
    return true;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    ContainerChoice.One choice =
        isSet(parsed, "--latest")
            ? ContainerChoice.one(parsed, session, positionals(parsed))
            : named(session, positionals(parsed));
    if (!(choice.folder().state() instanceof ContainerState.Running running)) {
      throw new Failure(
          "top can only be used on running containers: container "
              + choice.name()
              + " is "
              + choice.folder().state().word());
    }
    session.events().container("top", choice.folder().record());
    List<Long> pids = CgroupProcesses.of(Pausing.cgroup(choice.folder()));
    List<String> columns = columns(choice.rest());
    if (!columns.isEmpty() && ProcessColumns.NAMES.containsAll(columns)) {
      try (RunningRoot root = RunningRoot.of(running.process())) {
        session.front().out(new ProcessColumns(root).table(columns, pids));
      }
    } else {
      String table = ProcessTable.of(choice.rest(), new HashSet<>(pids));
      /* Programs name themselves: that must not steer the terminal of whoever looks. */
      StringBuilder text = new StringBuilder();
      table.lines().forEach(line -> text.append(Visible.text(line)).append('\n'));
      session.front().out(text.toString());
    }
    return 0;
  }

  private static ContainerChoice.One named(Session session, List<String> words) throws Exception {
    if (words.isEmpty()) {
      throw new Failure("requires at least 1 arg(s): the container is not named");
    }
    return new ContainerChoice.One(
        Lookup.container(session, words.getFirst()),
        words.getFirst(),
        words.subList(1, words.size()));
  }

  /* Several in one word may be parted by commas. */
  private static List<String> columns(List<String> words) {
    List<String> columns = new ArrayList<>();
    for (String word : words) {
      columns.addAll(List.of(word.split(",")));
    }
    return columns;
  }
}
