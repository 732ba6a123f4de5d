package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Human;
import nsbox.cli.output.Table;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox ps`: lists containers, the newest first.
public final class PsCommand implements Command {
  private static final int COMMAND_LENGTH = 20;

  private record Row(ContainerRecord record, ContainerState state, long createdNanos) {}

  @Override
  public CommandSpec spec() {
    CommandSpec spec = Model.command("ps", "[OPTIONS]", "List containers, the newest first.");
    spec.addOption(flag("Also those that do not run", "-a", "--all"));
    spec.addOption(flag("Print IDs only", "-q", "--quiet"));
    spec.addOption(flag("Cut nothing off", "--no-trunc"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    boolean all = isSet(parsed, "--all");
    boolean full = isSet(parsed, "--no-trunc");
    List<Row> rows = new ArrayList<>();
    for (ContainerFolder folder : session.containers().list()) {
      ContainerState state = folder.state();
      if (all || state instanceof ContainerState.Running) {
        ContainerRecord record = folder.record();
        rows.add(new Row(record, state, record.createdNanos()));
      }
    }
    rows.sort((a, b) -> Long.compare(b.createdNanos(), a.createdNanos()));
    session.front().out(isSet(parsed, "--quiet") ? ids(rows, full) : table(rows, full));
    return 0;
  }

  private static String ids(List<Row> rows, boolean full) {
    StringBuilder text = new StringBuilder();
    for (Row row : rows) {
      text.append(full ? row.record().id() : row.record().shortId()).append('\n');
    }
    return text.toString();
  }

  private static String table(List<Row> rows, boolean full) throws IOException, Failure {
    long now = System.currentTimeMillis() / 1000;
    Table table =
        new Table("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES");
    for (Row row : rows) {
      ContainerRecord record = row.record();
      table.add(
          full ? record.id() : record.shortId(),
          record.image(),
          command(record.command(), full),
          Human.duration(now - record.createdSeconds()) + " ago",
          status(row.state(), now),
          "",
          record.name());
    }
    return table.toString();
  }

  private static String command(List<String> words, boolean full) {
    String text = String.join(" ", words).replace('\n', ' ');
    if (!full && text.length() > COMMAND_LENGTH) {
      text = text.substring(0, COMMAND_LENGTH - 1) + "…";
    }
    return '"' + text + '"';
  }

  private static String status(ContainerState state, long now) {
    return switch (state) {
      case ContainerState.Created() -> "Created";
      case ContainerState.Running running ->
          "Up "
              + Human.duration(now - running.sinceSeconds())
              + (running.paused() ? " (Paused)" : "");
      case ContainerState.Restarting restarting ->
          "Restarting ("
              + restarting.exitCode()
              + ") "
              + Human.duration(now - restarting.atSeconds())
              + " ago";
      case ContainerState.Exited exited ->
          "Exited (" + exited.exitCode() + ") " + Human.duration(now - exited.atSeconds()) + " ago";
    };
  }
}
