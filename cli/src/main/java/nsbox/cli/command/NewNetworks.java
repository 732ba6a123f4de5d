package nsbox.cli.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.cli.flags.Asked;
import nsbox.cli.flags.ExposedPorts;
import nsbox.engine.AddressVersions;
import nsbox.engine.Containers;
import nsbox.engine.FreePorts;
import nsbox.image.ImageConfig;
import nsbox.json.JsonObject;
import nsbox.network.Attachment;
import nsbox.network.Network;
import nsbox.network.NetworkException;
import nsbox.network.NetworkOptions;
import nsbox.network.PublishedPort;
import nsbox.network.WantedPort;
import nsbox.network.cni.CniNetworks;

/// The networks and ports of a container that is being made.
///
/// @param addresses that it will have on them
/// @param exposed the ports that it listens on, as `80/tcp`
record NewNetworks(NetworkOptions options, AddressVersions addresses, Set<String> exposed) {

  /// @throws NetworkException if a network is not there
  static NewNetworks of(Session session, NetworkOptions options, ImageConfig image, Asked asked)
      throws IOException, NetworkException, Failure {
    List<Attachment> named = new ArrayList<>();
    AddressVersions addresses = AddressVersions.NONE;
    boolean others = false;
    for (Attachment attachment : options.attachments()) {
      Optional<Network> network = network(session, attachment);
      others |= network.isEmpty() && !attachment.network().equals(Network.DEFAULT_NAME);
      named.add(network.isEmpty() ? attachment : attachment.on(network.get().name()));
      boolean version6 = network.isPresent() && network.get().pool(true).isPresent();
      if (version6 || addresses == AddressVersions.NONE) {
        addresses = version6 ? AddressVersions.WITH_VERSION_6 : AddressVersions.VERSION_4;
      }
    }
    /* Plugins have ways of their own. */
    if (!others) {
      checkPorts(options.ports(), addresses);
    }
    return new NewNetworks(
        new NetworkOptions(named, options.ports(), options.publishAll(), options.gatewayHosts()),
        addresses,
        ExposedPorts.of(image.exposedPorts(), asked));
  }

  /* What the kernel would not lead anywhere. */
  private static void checkPorts(List<WantedPort> ports, AddressVersions addresses) throws Failure {
    for (WantedPort port : ports) {
      if (port.host().isEmpty() || !port.host().get().isVersion6()) {
        continue;
      }
      String refusal = "cannot publish port " + port.containerPort() + " on " + port.host().get();
      if (port.host().get().toString().equals("::1")) {
        throw new Failure(
            refusal
                + ": the kernel leads nothing from there to a container\n  Publish it on 127.0.0.1.");
      }
      if (addresses == AddressVersions.VERSION_4) {
        throw new Failure(
            refusal
                + ": the container has no address of version 6\n  Networks made with --ipv6 give it one.");
      }
    }
  }

  /* The user may have written its ID. The default one is made when it is needed, with version 4 alone. */
  private static Optional<Network> network(Session session, Attachment attachment)
      throws IOException, NetworkException {
    if (attachment.network().equals(Network.DEFAULT_NAME)) {
      return Optional.empty();
    }
    Optional<Network> network = session.containers().networks().lookup(attachment.network());
    if (network.isEmpty() && !isCni(session, attachment.network())) {
      throw new NetworkException("network " + attachment.network() + " not found");
    }
    return network;
  }

  /* Somebody else's, where none of ours has the name. */
  private static boolean isCni(Session session, String name) throws IOException {
    return CniNetworks.of(session.invocation().environment()).find(name).isPresent();
  }

  /// Chooses the ports of the host that the user does not say.
  FreePorts choose(Containers containers) throws IOException {
    return FreePorts.choose(containers, wanted());
  }

  List<PublishedPort> onPaper() {
    return FreePorts.onPaper(wanted());
  }

  /* `-P` adds what is exposed and not published yet. */
  private List<WantedPort> wanted() {
    if (!options.publishAll()) {
      return options.ports();
    }
    List<WantedPort> wanted = new ArrayList<>(options.ports());
    for (String port : exposed) {
      WantedPort one = ExposedPorts.published(port);
      if (!isPublished(one)) {
        wanted.add(one);
      }
    }
    return wanted;
  }

  private boolean isPublished(WantedPort port) {
    for (WantedPort other : options.ports()) {
      if (other.containerPort() == port.containerPort()
          && other.protocol().equals(port.protocol())) {
        return true;
      }
    }
    return false;
  }

  /// What lists look for: what it listens on, and what of that is published.
  void addPorts(JsonObject record, List<PublishedPort> ports) {
    if (options.attachments().isEmpty()) {
      return;
    }
    if (!exposed.isEmpty()) {
      record.put("exposed", new ArrayList<>(exposed));
    }
    if (!ports.isEmpty()) {
      List<JsonObject> published = new ArrayList<>();
      for (PublishedPort port : ports) {
        published.add(port.json());
      }
      record.put("ports", published);
    }
  }

  void addNetworks(JsonObject record) {
    if (options.attachments().isEmpty()) {
      return;
    }
    List<JsonObject> networks = new ArrayList<>();
    for (Attachment attachment : options.attachments()) {
      networks.add(attachment.json());
    }
    record.put("networks", networks);
    if (!options.gatewayHosts().isEmpty()) {
      record.put("gatewayHosts", options.gatewayHosts());
    }
  }
}
