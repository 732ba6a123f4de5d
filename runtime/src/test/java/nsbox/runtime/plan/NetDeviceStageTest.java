package nsbox.runtime.plan;

import static nsbox.runtime.plan.LaunchFixture.all;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.json.JsonException;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.runtime.testing.LaunchedProgram.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Interfaces of a host, which is a network namespace that ends with the test.
class NetDeviceStageTest {
  private static final String SETUP =
      """
      ip link set lo up
      ip link add out0 type veth peer name out1
      ip link set out1 up
      ip address add 10.77.0.2/24 broadcast + dev out0
      ip address add 10.77.0.3/32 dev out0
      ip address add fd77::2/64 dev out0 nodad
      ip address add 10.77.0.4/24 valid_lft 1000 preferred_lft 1000 dev out0
      ip link set out0 mtu 1400 up
      "$@"
      code=$?
      """;
  private static final String SHOW =
      "ip -o address show dev %s | sed -n 's/.*\\(inet6* .*\\)/\\1/p' | sed 's/ *\\\\.*//' | grep -v fe80";

  private RealOverlay overlay;

  @BeforeEach
  void makeOverlay() throws Exception {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "mounts need root");
    overlay =
        new RealOverlay("interfaces", 1)
            .with("linux.namespaces", "[{'type': 'mount'}, {'type': 'network'}, {'type': 'pid'}]");
  }

  @AfterEach
  void close() throws Exception {
    if (overlay != null) {
      overlay.close();
    }
  }

  private Result run(String devices, String script, String after) throws Exception {
    return overlay
        .with("linux.netDevices", devices)
        .sh(script)
        .launched()
        .run(List.of("unshare", "-n", "sh", "-c", SETUP + after + "\nexit $code", "sh"));
  }

  @Test
  void movesAnInterfaceWithItsAddresses() throws Exception {
    Result result =
        run(
            "{'out0': {'name': 'inside'}}",
            "cat /sys/class/net/inside/mtu 2>/dev/null;"
                + " ip -o link show dev inside | grep -o 'mtu [0-9]*';"
                + " ip -o link show dev inside | grep -o '[<,]UP[,>]' | tr -d '<,>';"
                + SHOW.formatted("inside"),
            "ip link show out0 2>&1 | grep -c 'does not exist'");
    assertEquals(
        new Result(
            0,
            "mtu 1400\nUP\n"
                + "inet 10.77.0.2/24 brd 10.77.0.255 scope global inside\n"
                + "inet 10.77.0.3/32 scope global inside\n"
                + "inet6 fd77::2/64 scope global nodad\n"
                + "1\n"),
        new Result(result.code(), result.text().replaceAll(" +\n", "\n")));
  }

  @Test
  void keepsTheNameWhereNoneIsAsked() throws Exception {
    assertEquals(
        new Result(0, "out0\nout1\n"),
        run(
            "{'out0': {}, 'out1': null}".replace(", 'out1': null", ", 'out1': {'name': ''}"),
            "for i in out0 out1; do ip -o link show dev $i | sed 's/.*: \\(out.\\).*: .*/\\1/'; done",
            ""));
  }

  /* The new namespace has a loopback interface already. */
  @Test
  void leavesAnInterfaceAloneThatCannotBeMoved() throws Exception {
    Path after = overlay.folder.resolve("after");
    Result result =
        run(
            "{'out0': {'name': 'lo'}}",
            "echo started",
            "exec >"
                + after
                + "; ip -o link show dev out0 | grep -o '[<,]UP[,>]' | tr -d '<,>';"
                + SHOW.formatted("out0"));
    assertEquals(
        new Result(
            125,
            "move the network interface of linux.netDevices, out0, to the container as lo: 17"),
        result);
    assertTrue(Files.readString(after).startsWith("UP\ninet 10.77.0.2/24 "));
  }

  @Test
  void saysWhichInterfaceThereIsNot() throws Exception {
    assertEquals(
        new Result(
            125,
            "move the network interface of linux.netDevices, none, to the container as none: 19"),
        run("{'none': {}}", "echo started", ""));
  }

  @Test
  void movesToANamespaceThatIsThere() throws Exception {
    Path namespaces = Files.createDirectory(overlay.folder.resolve("namespaces"));
    Path file = Files.createFile(namespaces.resolve("net"));
    overlay.with(
        "linux.namespaces", "[{'type': 'mount'}, {'type': 'network', 'path': '" + file + "'}]");
    Result result =
        overlay
            .with("linux.netDevices", "{'out0': {'name': 'inside'}}")
            .sh("ip -o link show dev inside | grep -o 'mtu [0-9]*'")
            .launched()
            .run(
                List.of(
                    "unshare",
                    "-nm",
                    "sh",
                    "-c",
                    "unshare --net=" + file + " true; " + SETUP + "umount " + file + "; exit $code",
                    "sh"));
    assertEquals(new Result(0, "mtu 1400\n"), result);
  }

  @Test
  void needsANetworkNamespace() throws Exception {
    overlay
        .with("linux.namespaces", "[{'type': 'mount'}]")
        .with("linux.netDevices", "{'out0': {}}")
        .command("x");
    UnsupportedSpecException e =
        assertThrows(UnsupportedSpecException.class, () -> overlay.compile());
    assertEquals(
        "linux.netDevices: needs a network namespace of the container's own", e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'a/b': {}}                                | a/b: a/b is no name of a network interface
          {'': {}}                                   | :  is no name of a network interface
          {'..': {}}                                 | ..: .. is no name of a network interface
          {'e': {'name': 'abcdefghijklmnop'}}        | e.name: abcdefghijklmnop is no name of a network interface
          {'e': {'name': 'eth%d'}}                   | e.name: eth%d is no name of a network interface
          {'e': {'name': 'a b'}}                     | e.name: a b is no name of a network interface
          {'e': {'name': 'x'}, 'f': {'name': 'x'}}   | f.name: x is given twice
          """)
  void refusesNamesThatAreNone(String devices, String message) {
    overlay.with("linux.netDevices", devices).command("x");
    JsonException e = assertThrows(JsonException.class, () -> overlay.compile());
    assertEquals("config.json: linux.netDevices." + message, e.getMessage());
  }

  @Test
  void waitsOnlyWhereThereIsAnythingToWaitFor() throws Exception {
    assertEquals(0, all(new LaunchFixture().compile(), Opcode.SYNC).size());
    assertEquals(
        1,
        all(new LaunchFixture().with("linux.netDevices", "{'e': {}}").compile(), Opcode.SYNC)
            .size());
  }
}
