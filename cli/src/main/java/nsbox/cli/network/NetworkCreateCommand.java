package nsbox.cli.network;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.util.List;
import java.util.Map;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.named.Labels;
import nsbox.network.Network;
import nsbox.network.NetworkException;
import nsbox.network.NetworkNameTakenException;
import nsbox.network.NetworkRequest;
import nsbox.network.Networks;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox network create`: a network that containers can be on.
public final class NetworkCreateCommand implements Command {
  private static final List<String> SWARMS = List.of("--config-from", "--config-only", "--ingress");

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command("network create", "[OPTIONS] NETWORK", "Create a network, and print its ID.");
    spec.addOption(text("DRIVER", "bridge (the default), macvlan, ipvlan", "-d", "--driver"));
    WantedSubnets.addTo(spec);
    spec.addOption(flag("Closed: nothing outside of it is reached", "--internal"));
    spec.addOption(flag("With addresses of version 6 too", "--ipv6"));
    spec.addOption(texts("NAME[=VALUE]", "Set a label", "--label"));
    spec.addOption(
        texts(
            "KEY=VALUE",
            "mtu, parent, macvlan_mode, ipvlan_mode, and docker's com.docker.network.*",
            "-o",
            "--opt"));
    spec.addOption(
        text("NAME", "The bridge's interface, or the parent of the others", "--interface-name"));
    spec.addOption(flag("Containers on it do not find each other by name", "--disable-dns"));
    spec.addOption(flag("Be content if there is one of that name", "--ignore"));
    spec.addOption(text("DRIVER", "Who gives addresses: default, host-local", "--ipam-driver"));
    spec.addOption(texts("KEY=VALUE", "Refused: the driver has no options", "--ipam-opt"));
    spec.addOption(flag("Accepted: any container can be on any network", "--attachable"));
    spec.addOption(text("SCOPE", "local, which is the only one", "--scope"));
    spec.addOption(text("NETWORK", "Refused: this is of swarms", "--config-from"));
    spec.addOption(flag("Refused: this is of swarms", "--config-only"));
    spec.addOption(flag("Refused: this is of swarms", "--ingress"));
    spec.addPositional(Model.parameters("NETWORK", "1", "Name"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    String driver = driver(parsed);
    refuseOthers(parsed);
    boolean internal = isSet(parsed, "--internal");
    if (internal && !driver.equals(Network.BRIDGE)) {
      throw new Failure(
          "--internal: only a bridge can be closed; what is on a " + driver + " is on its parent");
    }
    List<NetworkRequest.WantedSubnet> subnets = WantedSubnets.of(parsed);
    boolean version6 = isSet(parsed, "--ipv6");
    for (NetworkRequest.WantedSubnet subnet : subnets) {
      version6 |= subnet.subnet().isVersion6();
    }
    DriverOptions options =
        DriverOptions.parse(
            driver, values(parsed, "--opt"), optional(parsed, "--interface-name"), version6);
    if (isSet(parsed, "--disable-dns")) {
      options.all().put(Network.NO_NAMES, "true");
    }
    Map<String, String> labels = Labels.parse(values(parsed, "--label"));
    NetworkRequest request =
        new NetworkRequest(
            positionals(parsed).getFirst(),
            driver,
            options.link(),
            subnets,
            true,
            version6,
            internal,
            options.all(),
            labels);
    session.prepare();
    Networks networks = NetworkLookup.networks(session);
    options.checkParent(networks);
    session.front().out(create(request, isSet(parsed, "--ignore"), session).id() + "\n");
    return 0;
  }

  private static Network create(NetworkRequest request, boolean ignores, Session session)
      throws Exception {
    Networks networks = NetworkLookup.networks(session);
    try {
      NetworkLookup.finishOthers(session);
      Network network = networks.create(request);
      NetworkLookup.tell(session, "create", network);
      return network;
    } catch (NetworkNameTakenException e) {
      if (ignores) {
        return NetworkLookup.network(session, request.name());
      }
      throw new Failure(NetworkLookup.REFUSED, e.getMessage(), e);
    } catch (NetworkException e) {
      throw new Failure(NetworkLookup.REFUSED, e.getMessage(), e);
    }
  }

  private static String driver(ParseResult parsed) throws Failure {
    String driver = optional(parsed, "--driver").orElse(Network.BRIDGE);
    return switch (driver) {
      case Network.BRIDGE, Network.MACVLAN, Network.IPVLAN -> driver;
      case NetworkLookup.HOST_DRIVER, NetworkLookup.NONE_DRIVER, Networks.NONE ->
          throw new Failure(
              "only one instance of \""
                  + driver
                  + "\" network is allowed\n  It is there: run --network "
                  + (driver.equals(NetworkLookup.HOST_DRIVER) ? Networks.HOST : Networks.NONE));
      default ->
          throw new Failure(
              "could not find plugin "
                  + driver
                  + ": there are the drivers bridge, macvlan and ipvlan");
    };
  }

  private static void refuseOthers(ParseResult parsed) throws Failure {
    String ipam = optional(parsed, "--ipam-driver").orElse("default");
    if (!ipam.equals("default") && !ipam.equals("host-local")) {
      throw new Failure(
          "--ipam-driver " + ipam + ": addresses are given by nsbox itself: default or host-local");
    }
    for (String option : values(parsed, "--ipam-opt")) {
      throw new Failure("--ipam-opt " + option + ": the IPAM driver has no options");
    }
    String scope = optional(parsed, "--scope").orElse("local");
    if (!scope.equals("local")) {
      throw new Failure("--scope " + scope + ": networks are of this host alone: local");
    }
    for (String option : SWARMS) {
      if (parsed.hasMatchedOption(option)) {
        throw new Failure(option + ": there are no swarms, so no networks of theirs");
      }
    }
  }
}
