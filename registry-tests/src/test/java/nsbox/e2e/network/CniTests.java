package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A host that is a network namespace, with networks that the CNI project's plugins make.
abstract class CniTests extends EndToEnd {
  static final String HOST = "nsboxcni-host-" + ProcessHandle.current().pid();
  static final String PEER = "nsboxcni-peer-" + ProcessHandle.current().pid();
  static final String PLUGINS = "/usr/lib/cni";

  Path lists;
  private Path addresses;

  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  @BeforeEach
  void host() throws Exception {
    for (String name : List.of(HOST, PEER)) {
      tool("ip", "netns", "add", name);
    }
    on(HOST, "ip", "link", "set", "lo", "up");
    on(HOST, "ip", "link", "add", "uplink", "type", "veth", "peer", "name", "eth0", "netns", PEER);
    on(HOST, "ip", "address", "add", "192.0.2.1/24", "dev", "uplink");
    on(HOST, "ip", "link", "set", "uplink", "up");
    on(PEER, "ip", "address", "add", "192.0.2.2/24", "dev", "eth0");
    on(PEER, "ip", "link", "set", "eth0", "up");
    lists = Files.createDirectories(nsbox.folder.resolve("net.d"));
    addresses = nsbox.folder.resolve("addresses");
    list("web", bridge("\"capabilities\": {\"ips\": true, \"mac\": true},", "10.219.0.0/24"));
  }

  @AfterEach
  void nothingIsLeftOnTheHost() throws Exception {
    nsbox.removeContainers();
    String links = on(HOST, "ip", "link");
    String rules = on(HOST, "iptables-save");
    for (String name : List.of(HOST, PEER)) {
      tool("ip", "netns", "delete", name);
    }
    assertEquals(List.of(), files(nsbox.runRoot.resolve(".networks")));
    assertEquals(List.of(), given());
    for (Path folder : List.of(nsbox.runRoot.resolve(".networks"), lists, addresses)) {
      tool("rm", "-rf", folder.toString());
    }
    assertFalse(links.contains("veth"), links);
    assertFalse(rules.contains("10.219."), rules);
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.getParent().endsWith("endpoints")).toList();
    }
  }

  /* Which addresses are given. */
  List<String> given() throws IOException {
    if (!Files.exists(addresses)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(addresses)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("10.219."))
          .sorted()
          .toList();
    }
  }

  String bridge(String more, String subnet) {
    return "{\"type\": \"bridge\", \"bridge\": \"cnitest0\", \"isGateway\": true, \"ipMasq\": true,"
        + " \"hairpinMode\": true, "
        + more
        + " \"ipam\": {\"type\": \"host-local\", \"dataDir\": \""
        + addresses
        + "\", \"routes\": [{\"dst\": \"0.0.0.0/0\"}], \"subnet\": \""
        + subnet
        + "\"}, \"dns\": {\"nameservers\": [\"10.219.0.1\"], \"search\": [\"web.test\"]}}, {\"type\":"
        + " \"portmap\", \"capabilities\": {\"portMappings\": true}}";
  }

  /* A second network. */
  void listData() throws IOException {
    list(
        "data",
        bridge("", "10.219.9.0/24")
            .replace("cnitest0", "cnitest9")
            .replace("\"routes\": [{\"dst\": \"0.0.0.0/0\"}],", ""));
  }

  void list(String name, String... plugins) throws IOException {
    Files.writeString(
        lists.resolve(name + ".conflist"),
        "{\"cniVersion\": \"1.0.0\", \"name\": \""
            + name
            + "\", \"plugins\": ["
            + String.join(", ", plugins)
            + "]}");
  }

  Nsbox.Result run(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("run"));
    all.addAll(List.of(words));
    return nsbox(all.toArray(new String[0]));
  }

  Nsbox.Result nsbox(String... words) throws Exception {
    return nsbox.start(environment(PLUGINS), command(words)).finish();
  }

  Map<String, String> environment(String plugins) {
    return Map.of("NETCONFPATH", lists.toString(), "CNI_PATH", plugins);
  }

  /* Not by `ip netns exec`: that would give each command mounts of its own. */
  static List<String> command(String... words) {
    List<String> command = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + HOST, "nsbox"));
    command.addAll(List.of(words));
    return command;
  }

  static String answer(String namespace, String address, String port) throws Exception {
    Process process =
        new ProcessBuilder(
                "ip", "netns", "exec", namespace, "busybox", "timeout", "2", "busybox", "nc",
                address, port)
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }

  static String on(String namespace, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    command.addAll(List.of(words));
    return tool(command.toArray(new String[0]));
  }

  static String tool(String... words) throws Exception {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), String.join(" ", words) + ": " + said);
    return said;
  }
}
