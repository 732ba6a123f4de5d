package nsbox.cli.network;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.named.EachName;
import nsbox.network.Network;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox network rm`: removes networks that no container is on.
public final class NetworkRmCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "network rm", "[OPTIONS] NETWORK...", "Remove networks that no container is on.");
    spec.addOption(flag("Be content if a network is not there", "-f", "--force"));
    spec.addPositional(Model.parameters("NETWORK", "1..*", "Names or IDs"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> names = positionals(parsed);
    boolean force = isSet(parsed, "--force");
    session.prepare();
    NetworkLookup.finishOthers(session);
    return EachName.run(
        session.front(),
        names,
        name -> {
          Optional<Network> network = NetworkLookup.find(session, name);
          if (network.isPresent() && NetworkLookup.remove(session, network.get())) {
            session.front().out(name + "\n");
          } else if (!force) {
            throw NetworkLookup.missing(name);
          }
        });
  }
}
