package nsbox.cli.oci;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.cli.output.Table;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StateFolder.Status;
import nsbox.runtime.state.StoredState;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime list`: the containers below a root.
public final class ListCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = OciModel.command("list", "", "List the containers.");
    spec.addOption(text("FORMAT", "table or json (table)", "-f", "--format"));
    spec.addOption(flag("IDs alone", "-q", "--quiet"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    String format = parsed.matchedOptionValue("--format", "table");
    if (!format.equals("table") && !format.equals("json")) {
      throw new Failure("invalid format option: " + format + ", expected table or json");
    }
    List<JsonObject> reports = reports(session);
    if (isSet(parsed, "--quiet")) {
      for (JsonObject report : reports) {
        session.front().out(report.string("id") + "\n");
      }
    } else if (format.equals("json")) {
      session.front().out(reports.isEmpty() ? "null\n" : json(reports) + "\n");
    } else {
      session.front().out(table(reports));
    }
    return 0;
  }

  private static List<JsonObject> reports(Session session) throws Exception {
    List<JsonObject> reports = new ArrayList<>();
    for (StateFolder folder : Containers.root(session).all()) {
      Optional<StoredState> state = folder.state();
      /* One that is being made, or was deleted meanwhile. */
      if (state.isPresent()) {
        Status status = folder.status();
        int pid = status == Status.STOPPED ? 0 : folder.process().orElseThrow().pid();
        reports.add(state.get().report(pid, status.toString()));
      }
    }
    return reports;
  }

  private static String json(List<JsonObject> reports) {
    StringBuilder text = new StringBuilder("[");
    for (JsonObject report : reports) {
      text.append(text.length() == 1 ? "" : ",").append(Json.text(report));
    }
    return text.append(']').toString();
  }

  private static String table(List<JsonObject> reports) throws Exception {
    Table table = new Table("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER");
    for (JsonObject report : reports) {
      table.add(
          report.string("id"),
          Long.toString(report.number("pid")),
          report.string("status"),
          report.string("bundle"),
          report.string("created"),
          report.string("owner"));
    }
    return table.toString();
  }
}
