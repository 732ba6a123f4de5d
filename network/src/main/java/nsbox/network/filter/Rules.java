package nsbox.network.filter;

import nsbox.network.netlink.MessageWriter;

/// The rules, which are the same whatever networks and ports there are.
///
/// What most packets meet comes first, and sets are asked last.
///
/// What comes by none of our bridges and leaves by none is none of our business: the policies
/// accept.
final class Rules {
  private static final int PREROUTING = 0;
  private static final int INPUT = 1;
  private static final int FORWARD = 2;
  private static final int OUTPUT = 3;
  private static final int POSTROUTING = 4;

  private static final String[] CHAINS = {
    "published", "closed", "raw", "prerouting", "output", "postrouting", "forward", "input"
  };

  private Rules() {}

  static void write(MessageWriter out) {
    Declarations.chain(out, "published");
    Declarations.chain(out, "closed");
    Declarations.chain(out, "raw", "filter", PREROUTING, -300);
    Declarations.chain(out, "prerouting", "nat", PREROUTING, -100);
    Declarations.chain(out, "output", "nat", OUTPUT, -100);
    Declarations.chain(out, "postrouting", "nat", POSTROUTING, 100);
    Declarations.chain(out, "forward", "filter", FORWARD, 0);
    Declarations.chain(out, "input", "filter", INPUT, 0);
    for (String chain : CHAINS) {
      Declarations.flush(out, chain);
    }
    destination(out);
    source(out);
    forward(out);
    input(out);
  }

  /* A port of one address counts before the same of all addresses. */
  private static void destination(MessageWriter out) {
    new Rule(out, "published").redirect(false, FilterTable.PORTS_4_AT, true);
    new Rule(out, "published").redirect(false, FilterTable.PORTS_4, false);
    new Rule(out, "published").redirect(true, FilterTable.PORTS_6_AT, true);
    new Rule(out, "published").redirect(true, FilterTable.PORTS_6, false);

    // With route_localnet the host would take it for its own, and 127.0.0.1 is not for containers.
    new Rule(out, "raw").toLoopback4().from(FilterTable.BRIDGES).drop();

    // A neighbour of the host may send a frame for 127.0.0.1: sent on, it would not be seen as odd.
    new Rule(out, "prerouting").toLoopback4().leave();
    new Rule(out, "prerouting").toHost().jump("published");

    // The kernel takes no answer for ::1 from an interface: better a refusal than silence.
    new Rule(out, "output").toLoopback6().leave();
    new Rule(out, "output").toHost().jump("published");
  }

  private static void source(MessageWriter out) {
    new Rule(out, "postrouting")
        .from(FilterTable.MASQUERADED)
        .notTo(FilterTable.BRIDGES)
        .masquerade();
    // Else the answer would go from neighbour to neighbour, and not be what was asked for. With
    // br_netfilter such a packet does not say by which interface it came.
    new Rule(out, "postrouting")
        .to(FilterTable.BRIDGES)
        .redirected()
        .fromAddress(false, FilterTable.SUBNETS_4)
        .masquerade();
    new Rule(out, "postrouting")
        .to(FilterTable.BRIDGES)
        .redirected()
        .fromAddress(true, FilterTable.SUBNETS_6)
        .masquerade();
    new Rule(out, "postrouting").to(FilterTable.BRIDGES).redirected().fromLoopback4().masquerade();
  }

  private static void forward(MessageWriter out) {
    new Rule(out, "forward").established().accept();
    // Frames within a bridge come here if br_netfilter is loaded, and a port published by a
    // neighbour.
    new Rule(out, "forward").between(FilterTable.WITHIN).accept();
    new Rule(out, "forward").from(FilterTable.INTERNAL).drop();
    new Rule(out, "forward").to(FilterTable.INTERNAL).drop();
    new Rule(out, "forward").to(FilterTable.BRIDGES).redirected().accept();
    new Rule(out, "forward").to(FilterTable.BRIDGES).drop();
  }

  /* Neighbours are found by ICMPv6, whatever else is closed. */
  private static void input(MessageWriter out) {
    new Rule(out, "input").established().accept();
    new Rule(out, "input").from(FilterTable.INTERNAL).jump("closed");
    new Rule(out, "closed").protocol(Rule.ICMP).accept();
    new Rule(out, "closed").protocol(Rule.ICMPV6).accept();
    new Rule(out, "closed").drop();
  }
}
