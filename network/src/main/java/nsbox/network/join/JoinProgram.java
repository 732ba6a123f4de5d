package nsbox.network.join;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.network.Address;
import nsbox.network.Network;
import nsbox.network.Pool;
import nsbox.network.Subnet;
import nsbox.network.filter.FilterTable;
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

  /* When the filter is told: FILTER_ of operations.h. */
  private static final int ALWAYS = 0;
  private static final int UNLESS_THERE = 1;
  private static final int TAKE_OUT = 3;

  private static final Subnet ON_LINK = Subnet.parse("fe80::/64").orElseThrow();
  private static final String VERSION6 = "/proc/sys/net/ipv6/conf/";

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
    this.hasVersion6 = Files.exists(Path.of(VERSION6));
  }

  /// The program for a container whose addresses are leased.
  public static Program of(Endpoint endpoint, Places places) {
    JoinProgram program = new JoinProgram(endpoint, places);
    program.links();
    program.cutIfShared(program.cut);
    program.cutIfShared(program.leave);
    program.filter();
    program.names();
    program.leases();
    return new Program(
        program.join.list(), program.cut.list(), program.leave.list(), program.repair.list());
  }

  /// For a container on several networks that loses the one by which it reached all others: the
  /// steps by which this one takes that over.
  public static List<Instruction> becomeWayOut(Endpoint endpoint, Places places) {
    JoinProgram program = new JoinProgram(endpoint, places);
    program.inside();
    if (!endpoint.ports().isEmpty()) {
      program.publish(program.join);
    }
    return program.join.list();
  }

  /// Takes the link to the network down, at once.
  public static Instruction cut(Endpoint endpoint) {
    Instructions steps = new Instructions();
    steps.add(
        "take its link on " + endpoint.network().name() + " down",
        Opcode.REMOVE_LINK,
        endpoint.outerIndex(),
        "");
    return steps.list().getFirst();
  }

  private void cutIfShared(Instructions steps) {
    steps.add(
        "take its link on " + network.name() + " down, if others are in its namespace",
        Opcode.REMOVE_LINK,
        endpoint.outerIndex(),
        places.shared().toString());
  }

  private void links() {
    LinkRequests bridge = new LinkRequests();
    byte[] mac = Endpoint.mac(network.pools().getFirst().gateway());
    bridge.bridge(network.index(), network.link(), mac, network.mtu());
    for (Pool pool : network.pools()) {
      bridge.address(network.index(), pool.gateway(), pool.subnet());
    }
    join.add("have the bridge " + network.link(), Opcode.LINKS, bridge.bytes(), 0, 0);
    hostSettings();
    LinkRequests pair = new LinkRequests();
    pair.pair(
        endpoint.outerIndex(),
        network.index(),
        endpoint.link(),
        endpoint.innerIndex(),
        endpoint.mac(),
        network.mtu());
    join.add(
        "make " + endpoint.link() + " on it", Opcode.LINKS, pair.bytes(), pair.processHole(), 0);
    inside();
  }

  /* Containers are no routers for the host, and the host is one for them. */
  private void hostSettings() {
    set("/proc/sys/net/ipv4/ip_forward", "1");
    if (!endpoint.ports().isEmpty()) {
      /* For what the host sends to a published port of its own by 127.0.0.1. */
      set("/proc/sys/net/ipv4/conf/" + network.link() + "/route_localnet", "1");
    }
    if (!hasVersion6) {
      return;
    }
    set(VERSION6 + network.link() + "/accept_ra", "0");
    set(VERSION6 + network.link() + "/accept_dad", "0");
    boolean used = network.pool(true).isPresent();
    set(VERSION6 + network.link() + "/disable_ipv6", used ? "0" : "1");
    if (used) {
      set(VERSION6 + "all/forwarding", "1");
    }
  }

  private void set(String path, String value) {
    join.write("set " + path.substring("/proc/sys/".length()) + " to " + value, path, value);
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
      requests.route(endpoint.innerIndex(), to, pool.gateway());
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
          UNLESS_THERE);
    }
    if (endpoint.ports().isEmpty()) {
      return;
    }
    publish(join);
    publish(repair);
    leave.add(
        "lead its published ports nowhere",
        Opcode.NETFILTER,
        FilterTable.withdraw(
            endpoint.ports(), endpoint.ip(), endpoint.ip6(), endpoint.containerId()),
        places.generation().toString(),
        "",
        TAKE_OUT);
  }

  private void publish(Instructions steps) {
    steps.add(
        "lead published ports to it",
        Opcode.NETFILTER,
        FilterTable.publish(
            endpoint.ports(), endpoint.ip(), endpoint.ip6(), endpoint.containerId()),
        places.generation().toString(),
        "",
        ALWAYS);
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
    line(text, endpoint.ip(), names);
    line(text, endpoint.ip6(), names);
    return text.toString();
  }

  private String gatewayLines() {
    StringBuilder text = new StringBuilder();
    for (String names : endpoint.gatewayHosts()) {
      for (Pool pool : network.pools()) {
        line(text, Optional.of(pool.gateway()), List.of(names));
      }
    }
    return text.toString();
  }

  private static void line(StringBuilder text, Optional<Address> address, List<String> names) {
    if (address.isPresent() && !names.isEmpty()) {
      text.append(address.get()).append('\t').append(String.join(" ", names)).append('\n');
    }
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
