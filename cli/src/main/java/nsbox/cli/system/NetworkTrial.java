package nsbox.cli.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Session;
import nsbox.engine.Front;
import nsbox.network.Address;
import nsbox.network.Network;
import nsbox.network.Pool;
import nsbox.network.Subnet;
import nsbox.network.filter.FilterTable;
import nsbox.network.link.LinkRequests;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// Makes what a network is made of, in a network namespace that nobody else is in: the front moves
/// there, so this comes last of all that looks at the host's network. The namespace goes with it.
final class NetworkTrial {
  private static final int NEW_NETWORK = 0x40000000;
  private static final int BRIDGE = 1000;
  private static final int PAIR = 1001;
  private static final int PEER = 1002;
  private static final byte[] MAC = {2, 0x42, 10, 0, 0, 1};
  private static final int MTU = 1500;

  private final Session session;
  private final List<Check> checks = new ArrayList<>();

  private NetworkTrial(Session session) {
    this.session = session;
  }

  static List<Check> run(Session session) throws IOException {
    session.roots().create();
    NetworkTrial trial = new NetworkTrial(session);
    Path generation = Files.createTempFile(session.roots().root(), ".doctor-", "");
    try {
      trial.all(generation);
    } finally {
      Files.deleteIfExists(generation);
    }
    return trial.checks;
  }

  private void all(Path generation) throws IOException {
    Instructions own = new Instructions();
    own.add("make a network namespace", Opcode.UNSHARE, NEW_NETWORK);
    Front.Outcome outcome = session.front().run(Program.of(own).encode());
    if (!outcome.succeeded()) {
      return; // the checks of the kernel and of rights have said so
    }
    LinkRequests bridge = new LinkRequests();
    bridge.bridge(BRIDGE, "nsbox-doctor", MAC);
    tell("bridges", links(bridge, 0), "Only the networks none and host: modprobe bridge");
    LinkRequests pair = new LinkRequests();
    pair.pair(PAIR, BRIDGE, "eth0", PEER, MAC, MTU, false);
    tell(
        "pairs of links",
        links(pair, pair.processHole()),
        "Only the networks none and host: modprobe veth");
    tell(
        "nf_tables",
        filter(generation),
        "Only the networks none and host: modprobe nf_tables nft_nat nft_masq nft_fib_inet, or a"
            + " kernel of 6.1 or newer that has them.");
  }

  private Instructions links(LinkRequests requests, int hole) {
    Instructions steps = new Instructions();
    steps.add(
        "find this process",
        Opcode.OF_PROCESS,
        session.caller().pid(),
        session.caller().startTime());
    steps.add("make links", Opcode.LINKS, requests.bytes(), hole, 0);
    return steps;
  }

  private static Instructions filter(Path generation) {
    Pool pool =
        new Pool(
            Subnet.parse("192.0.2.0/24").orElseThrow(),
            Address.parse("192.0.2.1").orElseThrow(),
            Optional.empty());
    Network network =
        new Network(
            "0".repeat(64),
            "doctor",
            Network.BRIDGE,
            "nsbox-doctor",
            BRIDGE,
            List.of(pool),
            false,
            Map.of(),
            Map.of(),
            0);
    Instructions steps = new Instructions();
    steps.add(
        "make a table",
        Opcode.NETFILTER,
        FilterTable.ensure(List.of(network)),
        generation.toString(),
        "",
        FilterTable.ALWAYS);
    return steps;
  }

  private void tell(String what, Instructions steps, String advice) throws IOException {
    Front.Outcome outcome = session.front().run(Program.of(steps).encode());
    String found =
        outcome.succeeded()
            ? "there"
            : outcome.detail().isEmpty() ? "error " + outcome.errno() : outcome.detail();
    checks.add(Check.wanted(outcome.succeeded(), what, found, advice));
  }
}
