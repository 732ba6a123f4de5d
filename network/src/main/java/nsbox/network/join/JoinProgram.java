package nsbox.network.join;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.network.Address;
import nsbox.network.Network;
import nsbox.network.NetworkException;
import nsbox.network.Pool;
import nsbox.network.Subnet;
import nsbox.network.filter.FilterTable;
import nsbox.network.filter.Flows;
import nsbox.network.link.HostLinks;
import nsbox.network.link.LinkRequests;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// How a container joins a network, and leaves it: a program of its own beside the container, so
/// that its networks may change while it runs.
///
/// The monitor section joins; it can be run again, for a container that is started again. The
/// teardown leaves for good; the section init, which no other process runs here, only takes the
/// link down between two runs, where others keep the container's namespace. The section watch makes
/// the container's part of the filter anew, after somebody has emptied the table.
public final class JoinProgram {
  private static final Subnet EVERYWHERE = Subnet.parse("0.0.0.0/0").orElseThrow();
  private static final Subnet EVERYWHERE6 = Subnet.parse("::/0").orElseThrow();

  private static final Subnet ON_LINK = Subnet.parse("fe80::/64").orElseThrow();

  private final Endpoint endpoint;
  private final Network network;
  private final Places places;
  private final boolean hasVersion6;
  private final Instructions join = new Instructions();
  private final Instructions cut = new Instructions();
  private final Instructions leave = new Instructions();
  private final Instructions repair = new Instructions();

  /// Where things lie.
  ///
  /// @param shared file that is there if others may be in the container's network namespace
  /// @param containers folder of all containers, each with its `hosts`
  /// @param leases of the network: a link for each address
  /// @param endpoints of the network: a file for each container
  /// @param generation file of the table's state
  /// @param filtered there once the table has the network
  public record Places(
      Path shared, Path containers, Path leases, Path endpoints, Path generation, Path filtered) {}

  private JoinProgram(Endpoint endpoint, Places places) {
    this.endpoint = endpoint;
    this.network = endpoint.network();
    this.places = places;
    this.hasVersion6 = HostSettings.hasVersion6();
  }

  /// Whether this kernel has version 6.
  public static boolean hasVersion6() {
    return HostSettings.hasVersion6();
  }

  /// The program for a container whose addresses are leased.
  ///
  /// @throws NetworkException if the host's interface is not there that the network is on
  public static Program of(Endpoint endpoint, Places places) throws IOException, NetworkException {
    JoinProgram program = new JoinProgram(endpoint, places);
    if (program.network.isBridge()) {
      program.links();
      program.cutIfShared(program.cut);
      program.cutIfShared(program.leave);
      program.filter();
    } else {
      program.sharedLink();
    }
    program.names();
    program.leases();
    return new Program(
        program.join.list(), program.cut.list(), program.leave.list(), program.repair.list());
  }

  /// How it leaves, if only that is to be known.
  public static List<Instruction> teardown(Endpoint endpoint, Places places) {
    JoinProgram program = new JoinProgram(endpoint, places);
    if (program.network.isBridge()) {
      program.filter();
    }
    program.names();
    program.leases();
    return program.leave.list();
  }

  /// For a container on several networks that loses the one by which it reached all others: the
  /// steps by which this one takes that over.
  public static List<Instruction> becomeWayOut(Endpoint endpoint, Places places) {
    JoinProgram program = new JoinProgram(endpoint, places);
    program.inside();
    if (!endpoint.ports().isEmpty() && program.network.isBridge()) {
      if (endpoint.isWayOut()) {
        new HostSettings(program.join).leadLoopback(program.network);
      }
      program.publish(program.join);
    }
    return program.join.list();
  }

  /// The step by which a container that is on the network is known by other names than before, or
  /// knows the host by others.
  public static Instruction rename(Endpoint endpoint, Places places) {
    JoinProgram program = new JoinProgram(endpoint, places);
    program.names();
    return program.join.list().getFirst();
  }

  /// The step by which nobody knows it any more.
  public static Instruction forget(Endpoint endpoint, Places places) {
    JoinProgram program = new JoinProgram(endpoint, places);
    program.names();
    return program.leave.list().getFirst();
  }

  /// Takes the link to the network down, at once. Of a network without a bridge it is in the
  /// container's namespace, so the step has to know its process.
  public static Instruction cut(Endpoint endpoint) {
    Instructions steps = new Instructions();
    String label = "take its link on " + endpoint.network().name() + " down";
    if (endpoint.network().isBridge()) {
      steps.add(label, Opcode.REMOVE_LINK, endpoint.outerIndex(), "");
    } else {
      LinkRequests requests = new LinkRequests();
      requests.remove(endpoint.innerIndex());
      /* It may never have been there; and with its namespace it goes by itself. */
      steps.addIgnoring(Instruction.ALL, label, Opcode.LINKS, requests.bytes(), 0, 1);
    }
    return steps.list().getFirst();
  }

  private void cutIfShared(Instructions steps) {
    steps.add(
        "take its link on " + network.name() + " down, if others are in its namespace",
        Opcode.REMOVE_LINK,
        endpoint.outerIndex(),
        places.shared().toString());
  }

  /* No bridge, and nothing for the filter: what passes is none of the host's. */
  private void sharedLink() throws IOException, NetworkException {
    LinkRequests outside = new LinkRequests();
    boolean ipvlan = network.driver().equals(Network.IPVLAN);
    outside.shared(
        network.driver(),
        HostLinks.index(network.link()),
        SharedLink.mode(network),
        endpoint.link(),
        endpoint.innerIndex(),
        ipvlan ? null : endpoint.mac(),
        network.hasMtu() ? network.mtu() : 0);
    join.add(
        "make " + endpoint.link() + " of the host's " + network.link(),
        Opcode.LINKS,
        outside.bytes(),
        outside.processHole(),
        0);
    inside();
  }

  private void links() throws IOException {
    LinkRequests bridge = new LinkRequests();
    byte[] mac = Endpoint.mac(network.pools().getFirst().gateway());
    bridge.bridge(network.index(), network.link(), mac);
    join.addIgnoring(
        Instruction.EXISTS,
        "have the bridge " + network.link(),
        Opcode.LINKS,
        bridge.bytes(),
        0,
        0);
    LinkRequests addresses = new LinkRequests();
    addresses.up(network.index(), network.mtu());
    for (Pool pool : network.pools()) {
      addresses.address(network.index(), pool.gateway(), pool.subnet());
    }
    join.add("have it up, with its addresses", Opcode.LINKS, addresses.bytes(), 0, 0);
    new HostSettings(join).add(network, endpoint.isWayOut() && !endpoint.ports().isEmpty());
    LinkRequests pair = new LinkRequests();
    pair.pair(
        endpoint.outerIndex(),
        network.index(),
        endpoint.link(),
        endpoint.innerIndex(),
        endpoint.mac(),
        network.mtu(),
        !network.connects());
    join.add(
        "make " + endpoint.link() + " on it", Opcode.LINKS, pair.bytes(), pair.processHole(), 0);
    inside();
  }

  private void inside() {
    LinkRequests inside = new LinkRequests();
    address(inside, endpoint.ip());
    address(inside, endpoint.ip6());
    if (hasVersion6) {
      inside.noOwnAddress(endpoint.innerIndex());
    }
    if (endpoint.ip6().isPresent()) {
      inside.address(endpoint.innerIndex(), Endpoint.onLink(endpoint.mac()), ON_LINK);
    }
    inside.up(endpoint.innerIndex());
    if (endpoint.isWayOut()) {
      route(inside, endpoint.ip(), EVERYWHERE);
    }
    if (endpoint.isWayOut6()) {
      route(inside, endpoint.ip6(), EVERYWHERE6);
    }
    join.add(
        "give " + endpoint.link() + " its addresses and routes: " + addresses(),
        Opcode.LINKS,
        inside.bytes(),
        0,
        1);
  }

  private String addresses() {
    StringBuilder text = new StringBuilder();
    endpoint.ip().ifPresent(text::append);
    if (endpoint.ip6().isPresent()) {
      text.append(text.isEmpty() ? "" : ", ").append(endpoint.ip6().get());
    }
    return text.toString();
  }

  private void address(LinkRequests requests, Optional<Address> address) {
    if (address.isPresent()) {
      Pool pool = network.pool(address.get().isVersion6()).orElseThrow();
      requests.address(endpoint.innerIndex(), address.get(), pool.subnet());
    }
  }

  private void route(LinkRequests requests, Optional<Address> address, Subnet to) {
    if (address.isPresent()) {
      Pool pool = network.pool(address.get().isVersion6()).orElseThrow();
      if (SharedLink.routes(network)) {
        requests.linkRoute(endpoint.innerIndex(), to);
      } else {
        requests.route(endpoint.innerIndex(), to, pool.gateway());
      }
    }
  }

  /* That the filter still knows the network was seen when this command began. */
  private void filter() {
    if (!new File(places.filtered().toString()).exists()) {
      join.add(
          "have the filter know the network " + network.name(),
          Opcode.NETFILTER,
          FilterTable.ensure(List.of(network)),
          places.generation().toString(),
          places.filtered().toString(),
          FilterTable.UNLESS_THERE);
    }
    if (endpoint.ports().isEmpty()) {
      return;
    }
    publish(join);
    publish(repair);
    byte[] withdrawn =
        FilterTable.withdraw(
            endpoint.ports(), endpoint.published(), endpoint.published6(), endpoint.containerId());
    /* Some may be of the version alone that another network leads out. */
    if (withdrawn.length > 0) {
      leave.add(
          "lead its published ports nowhere",
          Opcode.NETFILTER,
          withdrawn,
          places.generation().toString(),
          "",
          FilterTable.TAKE_OUT);
    }
    forgetFlows(leave);
  }

  private void publish(Instructions steps) {
    byte[] published =
        FilterTable.publish(
            endpoint.ports(), endpoint.published(), endpoint.published6(), endpoint.containerId());
    if (published.length > 0) {
      steps.add(
          "lead published ports to it",
          Opcode.NETFILTER,
          published,
          places.generation().toString(),
          "",
          FilterTable.ALWAYS);
    }
    forgetFlows(steps);
  }

  /* Behind the change: what comes between goes the new way already. A kernel without ctnetlink, which
   * nothing else needs, keeps the container no less. */
  private void forgetFlows(Instructions steps) {
    byte[] requests = Flows.to(endpoint.ports());
    if (requests.length > 0) {
      steps.addIgnoring(
          Instruction.WARN,
          "have the kernel forget where packets to its published ports went",
          Opcode.FORGET_FLOWS,
          (Object) requests);
    }
  }

  private void names() {
    String own = lines(List.of(endpoint.ownNames())) + gatewayLines();
    String others = network.hasNames() ? lines(endpoint.names()) : "";
    join.add(
        "tell it and those on " + network.name() + " about each other",
        Opcode.PUBLISH_NAMES,
        places.endpoints().toString(),
        places.containers().toString(),
        endpoint.containerId(),
        own,
        others);
    leave.add(
        "have those on " + network.name() + " forget it",
        Opcode.WITHDRAW_NAMES,
        places.endpoints().toString(),
        places.containers().toString(),
        endpoint.containerId(),
        own);
  }

  private String lines(List<String> names) {
    StringBuilder text = new StringBuilder();
    if (endpoint.ip().isPresent()) {
      HostsLines.add(text, endpoint.ip().get(), names);
    }
    if (endpoint.ip6().isPresent()) {
      HostsLines.add(text, endpoint.ip6().get(), names);
    }
    return text.toString();
  }

  private String gatewayLines() {
    StringBuilder text = new StringBuilder();
    for (String names : endpoint.gatewayHosts()) {
      for (Pool pool : network.pools()) {
        HostsLines.add(text, pool.gateway(), List.of(names));
      }
    }
    return text.toString();
  }

  /* Last: from here on the address is somebody else's. */
  private void leases() {
    giveBack(endpoint.ip());
    giveBack(endpoint.ip6());
  }

  private void giveBack(Optional<Address> address) {
    if (address.isPresent()) {
      leave.addIgnoring(
          Instruction.MISSING,
          "give back " + address.get(),
          Opcode.UNLINK_LINK,
          places.leases().resolve(address.get().toString()).toString(),
          endpoint.containerId());
    }
  }
}
