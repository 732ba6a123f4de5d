package nsbox.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Layers unpacked by root of a user namespace, who has 65536 ids and none of the host's rights.
class UserNamespaceTest extends RootTest {
  private static final int LIMIT_SECONDS = 60;

  /* Root is the same as outside, so that it can read the classes wherever they are. */
  private static final String IN_USER_NAMESPACE =
      """
      unshare --user --mount sleep 300 & pid=$!
      trap "kill $pid" EXIT
      while [ "$(readlink /proc/$pid/ns/user)" = "$(readlink /proc/self/ns/user)" ]; do :; done
      for map in uid_map gid_map; do
        printf '0 0 1\\n1 100001 65535\\n' >/proc/$pid/$map || exit
      done
      nsenter --user --mount --target $pid --setuid 0 --setgid 0 "$@"
      """;
  private static final String AS_ROOT = "exec unshare --mount \"$@\"";

  private int runs;

  private String run(String how, String what, Path store) throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("run-" + ++runs));
    Path out = temporary.resolve("out-" + runs);
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command = new ArrayList<>(List.of("sh", "-c", how, "sh", java.toString()));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(UserNamespaceMain.class.getName(), what));
    command.addAll(List.of(store.toString(), folder.toString()));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    String said = Files.readString(out);
    assertTrue(ended, said);
    assertEquals(0, process.exitValue(), said);
    return said;
  }

  /// Without device nodes, and with "upper" said as root of the host says it.
  private static String withoutDevices(String dump) {
    String left =
        Pattern.compile("^(dev/null|dev/also-null|dev/sda|becomes-device) .*\n", Pattern.MULTILINE)
            .matcher(dump)
            .replaceAll("");
    return left.replace("user.overlay.", "trusted.overlay.");
  }

  @Test
  void showsWhatRootOfTheHostGets() throws Exception {
    String expected = run(AS_ROOT, "show", root);
    String actual = run(IN_USER_NAMESPACE, "show", temporary.resolve("rootless"));
    assertEquals(withoutDevices(expected), actual);
    assertTrue(expected.contains("\nbecomes-device 20600 "), expected);
    assertTrue(actual.contains("\nf2 106755 1000:33 "), actual);
    assertTrue(actual.contains("\nlast 100644 65535:65535 "), actual);
    assertTrue(actual.contains("[security.capability="), actual);
    assertFalse(actual.contains("\ne/x "), actual);
  }

  @Test
  void takesChangesAsRootOfTheHostDoes() throws Exception {
    String expected = run(AS_ROOT, "change", root);
    String actual = run(IN_USER_NAMESPACE, "change", temporary.resolve("rootless"));
    assertTrue(actual.contains("user.overlay.opaque=79"), actual);
    assertEquals(lasting(withoutDevices(expected)), lasting(withoutDevices(actual)));
  }

  /* Not the times of what was changed, and not what overlayfs notes for later mounts. */
  private static String lasting(String dump) {
    return dump.replaceAll("modified \\S+", "")
        .replaceAll("trusted.overlay.(origin|uuid)=\\p{XDigit}*(, )?", "")
        .replace(", ]", "]")
        .replace(" []", "");
  }

  @Test
  void namesTheOpaqueDirectoriesAsTheMountWillReadThem() throws Exception {
    Path store = temporary.resolve("rootless");
    run(IN_USER_NAMESPACE, "show", store);
    Snapshots rootless = Snapshots.open(store);
    assertTrue(rootless.hasUserAttributes());
    assertFalse(snapshots.hasUserAttributes());
    StringBuilder layers = new StringBuilder();
    for (String chainId : rootless.list()) {
      Map<String, String> layer = TreeDump.of(rootless.directory(chainId));
      assertFalse(layer.getOrDefault("tricked", "").contains("overlay"), layer::toString);
      assertFalse(layer.getOrDefault("tricked/x", "").contains("overlay"), layer::toString);
      layers.append(layer);
    }
    assertTrue(layers.toString().contains("user.overlay.opaque=79"), layers::toString);
    assertFalse(layers.toString().contains("trusted."), layers::toString);
  }

  /* What root adds later must be read by the same mounts. */
  @Test
  void staysOfOneFormWhoeverUnpacks() throws Exception {
    Path store = temporary.resolve("rootless");
    assertEquals("taken\n", run(IN_USER_NAMESPACE, "another", store));
    Stack stack = UserNamespaceMain.unpack(Snapshots.open(store));
    Map<String, String> top = stack.top();
    assertTrue(top.get("d").contains("user.overlay.opaque=79"), top::toString);
    assertFalse(top.containsKey("dev/null"));
  }

  @Test
  void refusesAStoreOfRootOfTheHost() throws Exception {
    stack().add(TarFixture.file("f", ""));
    List<String> before = stored();
    assertEquals(
        root
            + " holds layers that root of the host has unpacked; in a user namespace no others"
            + " can be unpacked beside them\n",
        run(IN_USER_NAMESPACE, "another", root));
    assertEquals(before, stored());
  }

  /* The store may have been made, and its driver chosen, long before the first layer came. */
  @Test
  void takesAStoreWithoutLayersWhoeverMadeIt() throws Exception {
    Files.writeString(root.resolve("driver"), "copy\n");
    assertEquals("taken\n", run(IN_USER_NAMESPACE, "another", root));
    assertTrue(snapshots.hasUserAttributes());
  }

  @Test
  void namesEntryAndIdsThatAreBeyondTheMapping() throws Exception {
    Path store = temporary.resolve("rootless");
    String reason = ", who are not both among the ids of this user namespace\n";
    assertEquals(
        "f: owned by user 70000 and group 5" + reason,
        run(IN_USER_NAMESPACE, "refused-file", store));
    assertEquals(
        "l: owned by user 5 and group 70000" + reason,
        run(IN_USER_NAMESPACE, "refused-link", store));
    assertEquals(
        "d: owned by user 70000 and group 70001" + reason,
        run(IN_USER_NAMESPACE, "refused-directory", store));
    try (var files = Files.list(store)) {
      assertEquals(List.of("userxattr"), files.map(path -> path.getFileName().toString()).toList());
    }
  }
}
