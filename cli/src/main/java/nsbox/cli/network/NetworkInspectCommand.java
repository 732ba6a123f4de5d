package nsbox.cli.network;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.named.EachName;
import nsbox.cli.output.InspectFormat;
import nsbox.json.JsonObject;
import nsbox.network.Network;
import nsbox.network.Networks;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox network inspect`: all that is known of networks, and who is on them.
public final class NetworkInspectCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "network inspect",
            "[OPTIONS] NETWORK...",
            "Show all that is known of networks, as a list of JSON objects.");
    spec.addOption(text("FORMAT", "json or a Go template for each network", "-f", "--format"));
    spec.addOption(flag("Accepted for docker's sake: all is shown anyway", "-v", "--verbose"));
    spec.addPositional(Model.parameters("NETWORK", "1..*", "Names or IDs"));
    return spec;
  }

  /// What is shown of a network, by its whole name; nothing if there is none.
  public static Optional<JsonObject> document(Session session, String name)
      throws IOException, Failure {
    Optional<Network> network =
        Networks.isPredefined(name)
            ? NetworkLookup.find(session, name)
            : NetworkLookup.networks(session).find(name);
    if (network.isEmpty()) {
      network = CniLists.named(session, name);
    }
    return network.isEmpty()
        ? Optional.empty()
        : Optional.of(NetworkRows.document(session, network.get()));
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    InspectFormat format = InspectFormat.parse(optional(parsed, "--format"));
    session.prepare();
    List<JsonObject> shown = new ArrayList<>();
    int code =
        EachName.run(
            session.front(),
            positionals(parsed),
            name -> shown.add(NetworkRows.document(session, NetworkLookup.network(session, name))));
    session.front().out(format.print(shown));
    return code;
  }
}
