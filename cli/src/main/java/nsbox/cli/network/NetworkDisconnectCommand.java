package nsbox.cli.network;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerLock;
import nsbox.engine.NetworkConnection;
import nsbox.network.Network;
import nsbox.network.NetworkException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox network disconnect`: takes a container off a network; one that runs, at once.
public final class NetworkDisconnectCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "network disconnect",
            "[OPTIONS] NETWORK CONTAINER",
            "Take a container off a network, also while it runs.");
    spec.addOption(flag("Be content if the container is not there", "-f", "--force"));
    spec.addPositional(Model.parameters("NETWORK", "2", "The network, and the container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    Network network = ConnectionArguments.network(session, positionals(parsed));
    Optional<ContainerFolder> found = session.containers().find(positionals(parsed).getLast());
    if (found.isEmpty() && isSet(parsed, "--force")) {
      return 0;
    }
    ContainerFolder folder = ConnectionArguments.container(session, positionals(parsed));
    try (ContainerLock _ = ContainerLock.take(folder)) {
      new NetworkConnection(session.containers(), session.front(), folder, session.cniCaller())
          .disconnect(network.name());
    } catch (NetworkException e) {
      throw new Failure(NetworkLookup.REFUSED, e.getMessage(), e);
    }
    ConnectionArguments.tell(session, "disconnect", network, folder);
    return 0;
  }
}
