package nsbox.cli.network;

import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;

import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.flags.NetworkFlags;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerLock;
import nsbox.engine.NetworkConnection;
import nsbox.network.Attachment;
import nsbox.network.Network;
import nsbox.network.NetworkException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox network connect`: puts a container on a further network; one that runs, at once.
public final class NetworkConnectCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "network connect",
            "[OPTIONS] NETWORK CONTAINER",
            "Put a container on a network, also while it runs.");
    spec.addOption(text("ADDRESS", "Its address there, of version 4", "--ip"));
    spec.addOption(text("ADDRESS", "Its address there, of version 6", "--ip6"));
    spec.addOption(text("ADDRESS", "Its hardware address there", "--mac-address"));
    spec.addOption(texts("NAME", "A further name there", "--alias"));
    spec.addPositional(Model.parameters("NETWORK", "2", "The network, and the container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    Network network = ConnectionArguments.network(session, positionals(parsed));
    ContainerFolder folder = ConnectionArguments.container(session, positionals(parsed));
    Attachment wanted = NetworkFlags.connection(parsed, network.name());
    if (!network.hasNames() && !wanted.aliases().isEmpty()) {
      throw new Failure(
          NetworkLookup.REFUSED,
          "network-scoped alias is supported only for containers in user defined networks",
          null);
    }
    try (ContainerLock _ = ContainerLock.take(folder)) {
      new NetworkConnection(session.containers(), session.front(), folder, session.cniCaller())
          .connect(network, wanted);
    } catch (NetworkException e) {
      throw new Failure(NetworkLookup.REFUSED, e.getMessage(), e);
    }
    ConnectionArguments.tell(session, "connect", network, folder);
    return 0;
  }
}
