package nsbox.network.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CniNetworksTest {
  @TempDir Path folder;

  @Test
  void findsByNameAndTheFirstFileCounts() throws Exception {
    write("20-b.conflist", list("web", "1.0.0", "second"));
    write("10-a.conflist", list("web", "0.4.0", "first"));
    write("30-c.conflist", list("data", "1.1.0", "bridge"));
    write("05-old.conf", "{\"cniVersion\": \"0.3.1\", \"name\": \"web\", \"type\": \"older\"}");
    write("README", "no network");
    CniNetwork web = networks().find("web").orElseThrow();
    assertEquals(folder.resolve("10-a.conflist"), web.file());
    assertEquals(List.of("first"), types(web));
    assertEquals(List.of("0.4.0"), web.versions());
    assertEquals(Optional.empty(), networks().find("mail"));
    assertEquals(List.of("web", "data"), names(networks().list()));
  }

  @Test
  void readsFilesOfOnePlugin() throws Exception {
    write(
        "05-old.json",
        "{\"cniVersion\": \"0.3.1\", \"name\": \"old\", \"type\": \"ptp\", \"mtu\": 1400}");
    CniNetwork old = networks().find("old").orElseThrow();
    assertEquals(List.of("ptp"), types(old));
    JsonObject request = old.plugins().getFirst().request("old", "0.3.1", new JsonObject());
    assertEquals(
        "{\"cniVersion\":\"0.3.1\",\"name\":\"old\",\"type\":\"ptp\",\"mtu\":1400}",
        request.toString());
  }

  @Test
  void pluginsOfOtherFilesComeAfterTheListsOwn() throws Exception {
    write("10-a.conflist", list("web", "1.0.0", "bridge"));
    write("20-b.conflist", "{\"cniVersion\": \"1.1.0\", \"name\": \"all\"}");
    write(
        "30-c.conflist",
        "{\"cniVersion\": \"1.1.0\", \"name\": \"own\", \"loadOnlyInlinedPlugins\": true,"
            + " \"plugins\": [{\"type\": \"bridge\"}]}");
    for (String name : List.of("web", "all", "own")) {
      write(name + "/2.conf", "{\"type\": \"tuning\"}");
      write(
          name + "/1.conf", "{\"type\": \"portmap\", \"capabilities\": {\"portMappings\": true}}");
      write(name + "/3.other", "nothing");
    }
    CniNetwork web = networks().find("web").orElseThrow();
    assertEquals(List.of("bridge", "portmap", "tuning"), types(web));
    assertTrue(web.hasCapability("portMappings"));
    assertFalse(web.hasCapability("mac"));
    assertEquals(List.of("portmap", "tuning"), types(networks().find("all").orElseThrow()));
    assertEquals(List.of("bridge"), types(networks().find("own").orElseThrow()));
  }

  @Test
  void theLatestVersionThatIsSpokenComesFirst() throws Exception {
    write(
        "a.conflist",
        "{\"cniVersion\": \"0.4.0\", \"cniVersions\": [\"1.0.0\", \"1.1.0\", \"2.0.0\"],"
            + " \"name\": \"web\", \"disableCheck\": \"true\", \"disableGC\": true,"
            + " \"plugins\": [{\"type\": \"bridge\"}]}");
    CniNetwork web = networks().find("web").orElseThrow();
    assertEquals(List.of("1.1.0", "1.0.0", "0.4.0"), web.versions());
    assertTrue(web.disableCheck());
    assertTrue(web.disableGc());
  }

  @Test
  void aWrongFileHidesNoOtherNetwork() throws Exception {
    write("10-a.conflist", "{");
    write("20-b.conflist", list("web", "1.0.0", "bridge"));
    assertEquals(List.of("bridge"), types(networks().find("web").orElseThrow()));
    CniException mayBeIt = assertThrows(CniException.class, () -> networks().find("mail"));
    assertTrue(
        mayBeIt
            .getMessage()
            .startsWith(
                "network mail not found, unless it is in a file that is wrong\n"
                    + "  CNI network configuration "
                    + folder.resolve("10-a.conflist")
                    + ": not valid JSON at line 1: "),
        mayBeIt.getMessage());
    CniNetworks.Listing listing = networks().list();
    assertEquals(List.of("web"), names(listing));
    assertTrue(mayBeIt.getMessage().endsWith("\n  " + listing.failures().getFirst().getMessage()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"cniVersion": "1.0.0"}                                               | name: missing, expected a string
          {"name": 1}                                                           | name: expected a string, found the number 1
          {"name": "n", "plugins": [{"type": "p"}]}                             | cniVersion: missing, expected a string
          {"name": "n", "cniVersion": "1.0.0"}                                  | plugins: expected at least one plugin
          {"name": "n", "cniVersion": "1.0.0", "plugins": []}                   | plugins: expected at least one plugin
          {"name": "n", "cniVersion": "1.0.0", "plugins": [{}]}                 | plugins[0].type: missing, expected a string
          {"name": "n", "cniVersion": "1.0.0", "plugins": [{"type": "a/b"}]}    | plugins[0].type: expected the name of a program, found a/b
          {"name": "n", "cniVersion": "1.0.0", "plugins": {}}                   | plugins: expected a list, found an object
          {"name": "n", "cniVersion": "0.2.0", "plugins": [{"type": "p"}]}      | cniVersion: 0.2.0 is not spoken here, but 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0
          {"name": "n", "cniVersion": "2", "plugins": [{"type": "p"}]}          | cniVersion: 2 is not spoken here, but 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0
          {"name": "-n", "cniVersion": "1.0.0", "plugins": [{"type": "p"}]}     | name: expected letters, digits, '_', '.' and '-' with a letter or digit first, found -n
          {"name": "n", "cniVersion": "1.0.0", "disableCheck": "no", "plugins": [{"type": "p"}]} | disableCheck: expected true or false, found "no"
          """)
  void saysWhatIsWrongWithAFile(String text, String message) throws Exception {
    Path file = write("10-n.conflist", text);
    CniNetworks.Listing listing = networks().list();
    assertEquals(List.of(), listing.networks());
    assertEquals(
        "CNI network configuration " + file + ": " + message,
        listing.failures().getFirst().getMessage());
  }

  @Test
  void aFileOfOnePluginWithAListIsMisnamed() throws Exception {
    Path file = write("10-n.conf", list("n", "1.0.0", "bridge"));
    CniException e = assertThrows(CniException.class, () -> networks().find("n"));
    assertEquals(
        "CNI network configuration "
            + file
            + ": plugins: a file with a list of plugins is to be named *.conflist",
        e.getMessage());
  }

  @Test
  void withoutAFolderThereAreNone() throws Exception {
    CniNetworks none = new CniNetworks(folder.resolve("missing"));
    assertEquals(Optional.empty(), none.find("web"));
    assertEquals(List.of(), none.list().networks());
  }

  @Test
  void theFolderMayBeChosen() {
    assertEquals(Path.of("/etc/cni/net.d"), CniNetworks.of(Map.of()).folder());
    assertEquals(Path.of("/x"), CniNetworks.of(Map.of("NETCONFPATH", "/x")).folder());
  }

  private CniNetworks networks() {
    return new CniNetworks(folder);
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static String list(String name, String version, String type) {
    return "{\"cniVersion\": \""
        + version
        + "\", \"name\": \""
        + name
        + "\", \"plugins\": [{\"type\": \""
        + type
        + "\"}]}";
  }

  private static List<String> types(CniNetwork network) {
    List<String> types = new ArrayList<>();
    for (CniPlugin plugin : network.plugins()) {
      types.add(plugin.type());
    }
    return types;
  }

  private static List<String> names(CniNetworks.Listing listing) {
    List<String> names = new ArrayList<>();
    for (CniNetwork network : listing.networks()) {
      names.add(network.name());
    }
    return names;
  }
}
