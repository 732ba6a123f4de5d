package nsbox.cli.network;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.ListFormat;
import nsbox.json.JsonObject;
import nsbox.network.DamagedNetworkException;
import nsbox.network.Network;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox network ls`: lists networks by name.
public final class NetworkListCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = Model.command("network ls", "[OPTIONS]", "List networks.");
    spec.addOption(flag("Print IDs only", "-q", "--quiet"));
    spec.addOption(flag("Print no headings", "-n", "--noheading"));
    spec.addOption(flag("Print whole IDs", "--no-trunc"));
    spec.addOption(
        text("FORMAT", "json, table TEMPLATE or a Go template for each row", "--format"));
    spec.addOption(
        texts(
            "KEY=VALUE",
            "List only what fits: dangling, driver, id, label, name, scope, type, until",
            "-f",
            "--filter"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Optional<String> asked = optional(parsed, "--format");
    ListFormat format = ListFormat.parse(asked, NetworkRows.COLUMNS);
    NetworkFilters filters = NetworkFilters.ofList(values(parsed, "--filter"));
    boolean whole = isSet(parsed, "--no-trunc");
    session.prepare();
    Set<String> named = filters.asksForUse() ? NetworkUse.named(session) : Set.of();
    CniLists.warn(session);
    List<DamagedNetworkException> damaged = new ArrayList<>();
    List<Network> all = NetworkLookup.all(session, damaged);
    for (DamagedNetworkException each : damaged) {
      session.front().err("nsbox: warning: " + each.getMessage() + "\n");
    }
    List<JsonObject> rows = new ArrayList<>();
    StringBuilder ids = new StringBuilder();
    for (Network network : all) {
      boolean used = filters.asksForUse() && NetworkUse.isUsed(session, network, named);
      if (filters.fits(network, used)) {
        rows.add(NetworkRows.row(network, whole));
        ids.append(NetworkRows.id(network, whole)).append('\n');
      }
    }
    session
        .front()
        .out(
            isSet(parsed, "--quiet") && asked.isEmpty()
                ? ids.toString()
                : format.print(rows, NetworkRows.HEADINGS, !isSet(parsed, "--noheading")));
    return 0;
  }
}
