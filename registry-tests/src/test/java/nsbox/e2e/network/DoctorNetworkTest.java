package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What `doctor` says of a host's network, and of those who filter there.
final class DoctorNetworkTest extends NetworkTests {
  private static final String WHAT = "forwarding by the host's filter: ";

  @AfterEach
  void filterGoes() throws Exception {
    onHost("nft", "flush", "ruleset").expect(0);
  }

  private String doctor() throws Exception {
    return run("doctor").expect(0).out();
  }

  @Test
  void triesWhatNetworksAreMadeOf() throws Exception {
    String said = doctor();
    for (String what : List.of("bridges", "pairs of links", "nf_tables")) {
      assertTrue(said.contains("\nok    " + what + ": there\n"), said);
    }
    assertTrue(said.contains("\nok    " + WHAT + "not hindered\n"), said);
    assertEquals("", onHost("ip", "-o", "link", "show", "type", "bridge").out());
    assertEquals("", onHost("nft", "list", "tables").out());
  }

  @Test
  void tellsHowToPassDocker() throws Exception {
    program("iptables");
    onHost("iptables", "-P", "FORWARD", "DROP").expect(0);
    onHost("iptables", "-N", "DOCKER-USER").expect(0);
    onHost("iptables", "-A", "FORWARD", "-j", "DOCKER-USER").expect(0);
    String said = doctor();
    assertTrue(said.contains("\nwarn  " + WHAT + "table ip filter, of docker, drops it\n"), said);
    String first = "iptables -I DOCKER-USER -i nsb+ -j ACCEPT";
    String second = "iptables -I DOCKER-USER -o nsb+ -j ACCEPT";
    assertTrue(said.contains(first + "; " + second + "\n"), said);
    onHost(first.split(" ")).expect(0);
    onHost(second.split(" ")).expect(0);
    assertTrue(doctor().contains("\nok    " + WHAT + "not hindered\n"), said);
  }

  @Test
  void tellsOfAnyOtherTable() throws Exception {
    String chain = "{ type filter hook forward priority 0; policy drop; }";
    onHost("nft", "add table inet mine; add chain inet mine passing " + chain).expect(0);
    /* Those of nsbox itself are not meant. */
    running("--name=web", "--network=bridge");
    String said = doctor();
    assertTrue(said.contains("\nwarn  " + WHAT + "table inet mine drops it\n"), said);
    assertFalse(said.contains("inet nsbox"), said);
    onHost("nft", "add rule inet mine passing iifname nsb* accept").expect(0);
    assertTrue(doctor().contains("\nok    " + WHAT + "not hindered\n"));
  }
}
