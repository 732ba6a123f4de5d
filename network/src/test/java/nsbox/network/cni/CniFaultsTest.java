package nsbox.network.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The protocol, with plugins that are shell scripts. Each notes how it was called.
class CniFaultsTest {
  private static final String RESULT =
      "{\"interfaces\":[{\"name\":\"eth0\",\"sandbox\":\"/ns\"}],"
          + "\"ips\":[{\"address\":\"10.9.0.2/24\",\"interface\":0}]}";

  @TempDir Path folder;
  private Path plugins;
  private Path calls;
  private Path cache;

  @BeforeEach
  void folders() throws IOException {
    plugins = Files.createDirectory(folder.resolve("plugins"));
    calls = folder.resolve("calls");
    Files.createFile(calls);
    cache = folder.resolve("container/cni");
  }

  @Test
  void callsAllInOrderAndBackInReverse() throws Exception {
    plugin("one", "echo '" + RESULT + "'");
    plugin("two", "sed 's/.*\"prevResult\"://; s/}$//' $input");
    CniNetwork network = network("1.0.0", "one", "two");
    CniRuntime runtime = runtime(5);
    CniResult result = runtime.add(network, attachment(), cache);
    assertEquals("10.9.0.2", result.containerIps().getFirst().address().toString());
    assertEquals(24, result.containerIps().getFirst().prefixLength());
    assertEquals(result, CniRuntime.attached(cache).getFirst().result());
    runtime.check(cache);
    runtime.delete(cache, "");
    assertEquals(
        List.of(
            "ADD one /ns", "ADD two /ns", "CHECK one /ns", "CHECK two /ns", "DEL two ", "DEL one "),
        calls());
    assertEquals(List.of(), CniRuntime.attached(cache));
    runtime.delete(cache, "");
    assertEquals(6, calls().size());
  }

  @Test
  void tellsParametersAndWhatAPluginWants() throws Exception {
    plugin(
        "one",
        "env | grep ^CNI_ | sort >"
            + folder
            + "/env; cat $input >"
            + folder
            + "/in; echo '"
            + RESULT
            + "'");
    JsonObject told =
        new JsonObject().put("mac", "02:00:00:00:00:01").put("ips", List.of("10.9.0.7"));
    Path file = folder.resolve("n.conflist");
    Files.writeString(
        file,
        "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"plugins\":[{\"type\":\"one\",\"more\":[1.5,{}],"
            + "\"capabilities\":{\"mac\":true,\"ips\":false}}]}");
    CniNetwork network = new CniNetworks(folder).find("net").orElseThrow();
    Map<String, String> arguments = new TreeMap<>(Map.of("IgnoreUnknown", "1", "IP", "10.9.0.7"));
    CniAttachment attachment = new CniAttachment("boxed", "/ns", "eth0", arguments, told);
    runtime(5).add(network, attachment, cache);
    assertEquals(
        """
        CNI_ARGS=IP=10.9.0.7;IgnoreUnknown=1
        CNI_COMMAND=ADD
        CNI_CONTAINERID=boxed
        CNI_IFNAME=eth0
        CNI_NETNS=/ns
        CNI_PATH=%s
        """
            .formatted(plugins),
        Files.readString(folder.resolve("env")));
    assertEquals(
        "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"type\":\"one\",\"more\":[1.5,{}],"
            + "\"runtimeConfig\":{\"mac\":\"02:00:00:00:00:01\"}}",
        Files.readString(folder.resolve("in")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          echo '{"code": 11, "msg": "no more addresses", "details": "all 254 given"}'; exit 1 | failed: no more addresses: all 254 given (code 11) | 11
          echo '{"code": 7, "msg": "bad"}' >&2; exit 1  | failed: bad (code 7)                | 7
          echo 'panic: nil' >&2; exit 2                 | ended with code 2: panic: nil       | 0
          exit 3                                        | ended with code 3 and said nothing  | 0
          kill -9 $$                                    | ended with code 137 and said nothing | 0
          exit 0                                        | ended well without a result: result: not a JSON object | 0
          echo '[]'                                     | ended well without a result: result: not a JSON object | 0
          echo '{"ips": [{"address": "10.1.1.1"}]}'     | ended well without a result: result: ips[0].address: expected ADDRESS/LENGTH, found 10.1.1.1 | 0
          echo '{"ips": [{"address": "10.1.1.1/8", "interface": 0}]}' | ended well without a result: result: ips[0].interface: 0 of 0 interfaces | 0
          echo '{"ip4": {"ip": "10.1.1.1/8"}}'          | ended well without a result: result: ip4: a result of before 0.3.0, which is not spoken here | 0
          """)
  void saysWhatAPluginSaidAndTakesBack(String script, String message, int code) throws Exception {
    plugin("one", "echo '" + RESULT + "'");
    plugin("two", "[ $CNI_COMMAND = DEL ] && exit 0; " + script);
    plugin("three", "[ $CNI_COMMAND = DEL ] && exit 0; echo never");
    CniNetwork network = network("1.0.0", "one", "two", "three");
    CniException e =
        assertThrows(CniException.class, () -> runtime(5).add(network, attachment(), cache));
    assertEquals("CNI network net: ADD of plugin two " + message, e.getMessage());
    assertEquals(code, e.code());
    assertEquals(0, e.getSuppressed().length);
    assertEquals(
        List.of("ADD one /ns", "ADD two /ns", "DEL three /ns", "DEL two /ns", "DEL one /ns"),
        calls());
    assertEquals(List.of(), new CniCache(cache).all());
  }

  @Test
  void aPluginThatHangsIsKilledWithWhatItStarted() throws Exception {
    plugin(
        "one", "[ $CNI_COMMAND = DEL ] && exit 0; sleep 300 & echo $! >" + folder + "/pid; wait");
    CniNetwork network = network("1.0.0", "one");
    long before = System.nanoTime();
    CniException e =
        assertThrows(CniException.class, () -> runtime(1).add(network, attachment(), cache));
    assertTrue(System.nanoTime() - before < Duration.ofSeconds(20).toNanos());
    assertEquals(
        "CNI network net: ADD of plugin one did not end within 1 s and was killed", e.getMessage());
    long sleep = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
    ProcessHandle.of(sleep).ifPresent(left -> left.onExit().join());
    assertFalse(ProcessHandle.of(sleep).map(ProcessHandle::isAlive).orElse(false));
  }

  @Test
  void whatAPluginLeavesBehindHoldsNobodyUp() throws Exception {
    plugin("one", "sleep 300 & echo $! >" + folder + "/pid; echo '" + RESULT + "'");
    long before = System.nanoTime();
    runtime(60).add(network("1.0.0", "one"), attachment(), cache);
    assertTrue(System.nanoTime() - before < Duration.ofSeconds(20).toNanos());
    long sleep = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
    assertTrue(ProcessHandle.of(sleep).orElseThrow().destroyForcibly());
  }

  @Test
  void muchMayBeWrittenAndRead() throws Exception {
    String rest = "r".repeat(1 << 20);
    plugin("one", "cat $input >&2; sed 's/.*\"rest\":/{\"dns\":{},\"rest\":/' $input");
    Path file = folder.resolve("n.conflist");
    Files.writeString(
        file,
        "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"plugins\":[{\"type\":\"one\",\"rest\":\""
            + rest
            + "\"}]}");
    CniNetwork network = new CniNetworks(folder).find("net").orElseThrow();
    CniResult result = runtime(20).add(network, attachment(), cache);
    assertEquals(rest, result.json().string("rest"));
  }

  @Test
  void aPluginThatWritesWithoutEndIsKilled() throws Exception {
    plugin("one", "[ $CNI_COMMAND = DEL ] && exit 0; yes");
    CniNetwork network = network("1.0.0", "one");
    CniException e =
        assertThrows(CniException.class, () -> runtime(60).add(network, attachment(), cache));
    assertEquals(
        "CNI network net: ADD of plugin one wrote more than 4194304 bytes and was killed",
        e.getMessage());
  }

  @Test
  void aMissingPluginIsMissedBeforeAnyIsCalled() throws Exception {
    plugin("one", "echo '" + RESULT + "'");
    CniNetwork network = network("1.0.0", "one", "absent");
    CniException e =
        assertThrows(CniException.class, () -> runtime(5).add(network, attachment(), cache));
    assertEquals(
        "CNI network net: there is no plugin absent in "
            + plugins
            + "\n  Install it, or set the variable CNI_PATH to where it is.",
        e.getMessage());
    assertEquals(List.of(), calls());
    assertFalse(Files.exists(cache));
  }

  @Test
  void whatCannotBeTakenBackStaysToBeTakenBack() throws Exception {
    plugin("one", "echo '" + RESULT + "'");
    plugin("two", "[ -e " + folder + "/fail ] && exit 9; echo '" + RESULT + "'");
    CniNetwork network = network("1.0.0", "one", "two");
    runtime(5).add(network, attachment(), cache);
    Files.createFile(folder.resolve("fail"));
    CniException e = assertThrows(CniException.class, () -> runtime(5).delete(cache, ""));
    assertEquals(
        "CNI network net: DEL of plugin two ended with code 9 and said nothing", e.getMessage());
    assertEquals(List.of("DEL two ", "DEL one "), calls().subList(2, 4));
    Files.delete(folder.resolve("fail"));
    runtime(5).delete(cache, "");
    assertEquals(List.of("DEL two ", "DEL one "), calls().subList(4, 6));
    assertEquals(List.of(), new CniCache(cache).all());
  }

  @Test
  void aContainerThatIsUnknownNeedsNotBeTakenOff() throws Exception {
    plugin(
        "one",
        "[ $CNI_COMMAND = DEL ] && echo '{\"code\":3,\"msg\":\"who?\"}' && exit 1; echo '"
            + RESULT
            + "'");
    runtime(5).add(network("1.0.0", "one"), attachment(), cache);
    runtime(5).delete(cache, "");
    assertEquals(List.of(), new CniCache(cache).all());
  }

  @Test
  void resultsAreHandedOnInTheFormOfTheVersion() throws Exception {
    plugin("one", "echo '" + RESULT + "'");
    plugin("two", "cat $input >>" + folder + "/in; echo '" + RESULT + "'");
    runtime(5).add(network("0.4.0", "one", "two"), attachment(), cache);
    JsonObject previous =
        Json.parse(Files.readAllBytes(folder.resolve("in")), "in").object("prevResult");
    assertEquals("0.4.0", previous.string("cniVersion"));
    assertEquals("4", previous.objects("ips").getFirst().string("version"));
  }

  @Test
  void beforeVersion040NothingIsChecked() throws Exception {
    plugin("one", "cat $input >" + folder + "/in; echo '" + RESULT + "'");
    runtime(5).add(network("0.3.1", "one"), attachment(), cache);
    CniException e = assertThrows(CniException.class, () -> runtime(5).check(cache));
    assertEquals("CNI network net: version 0.3.1 has no CHECK", e.getMessage());
    runtime(5).delete(cache, "");
    assertFalse(Files.readString(folder.resolve("in")).contains("prevResult"));
  }

  @Test
  void pluginsAgreeOnAVersionWhereThereIsAChoice() throws Exception {
    versions("one", "\"0.4.0\",\"1.0.0\",\"1.1.0\"");
    versions("two", "\"0.4.0\",\"1.0.0\"");
    versions("three", "\"0.4.0\"");
    versions("four", "\"0.2.0\"");
    assertEquals("1.0.0", agreed("one", "two"));
    assertEquals("0.4.0", agreed("one", "two", "three"));
    CniException e = assertThrows(CniException.class, () -> agreed("one", "four"));
    assertTrue(e.getMessage().endsWith("a.conflist allows: 1.1.0, 1.0.0, 0.4.0"), e.getMessage());
  }

  @Test
  void asksForTheStatusAndCollectsFromVersion110On() throws Exception {
    plugin(
        "one",
        "cat $input >"
            + folder
            + "/in; [ $CNI_COMMAND = STATUS ] || exit 0; echo '{\"code\":50,\"msg\":\"not yet\"}'; exit 1");
    CniNetwork network = network("1.1.0", "one");
    CniException e = assertThrows(CniException.class, () -> runtime(5).status(network));
    assertEquals("CNI network net: STATUS of plugin one failed: not yet (code 50)", e.getMessage());
    assertEquals(50, e.code());
    runtime(5).collect(network, List.of(attachment()));
    assertEquals(
        "{\"cniVersion\":\"1.1.0\",\"name\":\"net\",\"type\":\"one\","
            + "\"cni.dev/valid-attachments\":[{\"containerID\":\"boxed\",\"ifname\":\"eth0\"}]}",
        Files.readString(folder.resolve("in")));
    CniNetwork older = network("1.0.0", "one");
    runtime(5).status(older);
    runtime(5).collect(older, List.of());
    assertEquals(List.of("STATUS one ", "GC one "), calls());
  }

  @Test
  void anInterfaceIsThereOnce() throws Exception {
    plugin("one", "echo '" + RESULT + "'");
    runtime(5).add(network("1.0.0", "one"), attachment(), cache);
    CniException e =
        assertThrows(
            CniException.class, () -> runtime(5).add(network("1.0.0", "one"), attachment(), cache));
    assertEquals("CNI network net: container boxed has an interface eth0 already", e.getMessage());
  }

  private String agreed(String... types) throws Exception {
    Path file = folder.resolve("a.conflist");
    StringBuilder list = new StringBuilder();
    for (String type : types) {
      list.append(list.isEmpty() ? "" : ",").append("{\"type\":\"").append(type).append("\"}");
    }
    Files.writeString(
        file,
        "{\"name\":\"agree\",\"cniVersion\":\"0.4.0\",\"cniVersions\":[\"1.0.0\",\"1.1.0\"],\"plugins\":["
            + list
            + "]}");
    runtime(5).add(new CniNetworks(folder).find("agree").orElseThrow(), attachment(), cache);
    String version = new CniCache(cache).all().getFirst().version();
    runtime(5).delete(cache, "");
    return version;
  }

  private CniNetwork network(String version, String... types) throws Exception {
    StringBuilder list = new StringBuilder();
    for (String type : types) {
      list.append(list.isEmpty() ? "" : ",").append("{\"type\":\"").append(type).append("\"}");
    }
    Files.writeString(
        folder.resolve("net.conflist"),
        "{\"cniVersion\":\"" + version + "\",\"name\":\"net\",\"plugins\":[" + list + "]}");
    return new CniNetworks(folder).find("net").orElseThrow();
  }

  private static CniAttachment attachment() {
    return new CniAttachment("boxed", "/ns", "eth0", Map.of(), new JsonObject());
  }

  private CniRuntime runtime(int seconds) {
    return new CniRuntime(
        new CniPrograms(
            List.of(plugins),
            List.of(),
            Map.of("CNI_COMMAND", "not this", "CNI_ARGS", "nor this"),
            Duration.ofSeconds(seconds)));
  }

  private void versions(String type, String versions) throws IOException {
    plugin(
        type,
        "[ $CNI_COMMAND = VERSION ] && echo '{\"supportedVersions\":["
            + versions
            + "]}' && exit 0; echo '"
            + RESULT
            + "'");
  }

  private void plugin(String type, String script) throws IOException {
    Path program = plugins.resolve(type);
    Files.writeString(
        program,
        "#!/bin/sh\ninput="
            + folder
            + "/stdin\ncat >$input\n[ $CNI_COMMAND = VERSION ] || echo \"$CNI_COMMAND "
            + type
            + " $CNI_NETNS\" >>"
            + calls
            + "\n"
            + script
            + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private List<String> calls() throws IOException {
    return new ArrayList<>(Files.readAllLines(calls));
  }
}
