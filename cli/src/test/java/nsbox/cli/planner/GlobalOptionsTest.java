package nsbox.cli.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Invocation;
import nsbox.engine.StateRoots;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlobalOptionsTest {
  @Test
  void endAtTheCommand() throws Failure {
    GlobalOptions options = parse("--debug", "run", "--root", "/x", "image");
    assertTrue(options.debug());
    assertEquals(List.of("run", "--root", "/x", "image"), options.rest());
    assertEquals(roots("/var/lib/nsbox", "/run/nsbox"), options.roots());
  }

  @Test
  void takeTheirValueInBothForms() throws Failure {
    assertEquals(roots("/a", "/b"), parse("--root", "/a", "--run-root=/b", "ps").roots());
    assertEquals(roots("/a=b", "/run/nsbox"), parse("--root=/a=b").roots());
  }

  @Test
  void countFromTheCallersFolder() throws Failure {
    assertEquals(
        roots("/home/me/a", "/home/b"), parse("--root", "a", "--run-root", "../b").roots());
  }

  @Test
  void outrankTheEnvironment() throws Failure {
    Map<String, String> environment = Map.of("NSBOX_ROOT", "/e", "NSBOX_RUN_ROOT", "r");
    assertEquals(roots("/e", "/home/me/r"), parse(environment, false, "ps").roots());
    assertEquals(roots("/o", "/home/me/r"), parse(environment, false, "--root=/o").roots());
  }

  /* Resolved, an empty path is the caller's own folder. */
  @Test
  void takeAnEmptyVariableForNone() throws Failure {
    assertEquals(
        roots("/var/lib/nsbox", "/run/nsbox"),
        parse(Map.of("NSBOX_ROOT", "", "NSBOX_RUN_ROOT", ""), false, "ps").roots());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--root", "--run-root"})
  void needAFolder(String option) {
    assertEquals("option " + option + " needs a folder", refused(option).getMessage());
    assertEquals("option " + option + " needs a folder", refused(option + "=").getMessage());
    assertEquals("option " + option + " needs a folder", refused(option, "").getMessage());
  }

  @Test
  void nameTheStorageDriver() throws Failure {
    assertEquals(Optional.empty(), parse("ps").storageDriver());
    assertEquals(Optional.of("vfs"), parse("--storage-driver", "vfs", "ps").storageDriver());
    Map<String, String> environment = Map.of("NSBOX_STORAGE_DRIVER", "copy");
    assertEquals(Optional.of("copy"), parse(environment, false, "ps").storageDriver());
    assertEquals(
        Optional.of("overlay"),
        parse(environment, false, "--storage-driver=overlay", "ps").storageDriver());
    assertEquals(
        Optional.empty(), parse(Map.of("NSBOX_STORAGE_DRIVER", ""), false, "ps").storageDriver());
  }

  @Test
  void refuseADriverThatIsNone() {
    String hint =
        ": there is no such driver\n  overlay mounts the layers, copy (also called vfs) copies them"
            + " for each container.";
    assertEquals(
        "--storage-driver btrfs" + hint, refused("--storage-driver", "btrfs").getMessage());
    assertEquals("--storage-driver " + hint, refused("--storage-driver=").getMessage());
    assertEquals(
        "option --storage-driver needs a driver: overlay or copy",
        refused("--storage-driver").getMessage());
    assertEquals(
        "NSBOX_STORAGE_DRIVER=zfs" + hint,
        assertThrows(Failure.class, () -> parse(Map.of("NSBOX_STORAGE_DRIVER", "zfs"), false, "ps"))
            .getMessage());
  }

  @Test
  void ofTheRuntimeNameNoDriver() throws Failure {
    assertTrue(
        assertThrows(Failure.class, () -> parse(Map.of(), true, "--storage-driver", "copy", "run"))
            .getMessage()
            .startsWith("unknown option --storage-driver"));
    parse(Map.of("NSBOX_STORAGE_DRIVER", "zfs"), true, "run");
  }

  @Test
  void ofTheRuntimeNameOneFolderForAll() throws Failure {
    assertEquals(
        roots("/run/nsbox-runtime", "/run/nsbox-runtime/run"),
        parse(Map.of("NSBOX_ROOT", "/e"), true, "run").roots());
    assertEquals(roots("/r", "/r/run"), parse(Map.of(), true, "--root", "/r", "run").roots());
  }

  @Test
  void askForHelpOrTheVersion() throws Failure {
    assertTrue(parse("--help").help());
    assertTrue(parse("-h").help());
    assertTrue(parse("--version").version());
    assertTrue(parse("-v").version());
    assertFalse(parse("run", "--help").help());
  }

  @Test
  void mayBeNone() throws Failure {
    assertEquals(List.of(), parse().rest());
    assertEquals(List.of(), GlobalOptions.parse(invocation(Map.of(), List.of()), false).rest());
  }

  @Test
  void areRefusedWhereTheyAreUnknown() {
    Failure e = refused("--rot=/x", "ps");
    assertEquals(
        "unknown option --rot before the command\n  'nsbox --help' lists the options.",
        e.getMessage());
    assertEquals(Failure.NSBOX, e.exitCode());
    refused("--");
    refused("-x");
  }

  private static Failure refused(String... arguments) {
    return assertThrows(Failure.class, () -> parse(arguments));
  }

  private static GlobalOptions parse(String... arguments) throws Failure {
    return parse(Map.of(), false, arguments);
  }

  private static GlobalOptions parse(
      Map<String, String> environment, boolean runtime, String... arguments) throws Failure {
    List<String> all = new java.util.ArrayList<>(List.of("/usr/bin/nsbox"));
    all.addAll(List.of(arguments));
    return GlobalOptions.parse(invocation(environment, all), runtime);
  }

  private static Invocation invocation(Map<String, String> environment, List<String> arguments) {
    return new Invocation(
        arguments, environment, "/home/me", "/opt/nsbox", 1, 1, 0, false, false, false, 0, 0, 0);
  }

  private static StateRoots roots(String root, String run) {
    return new StateRoots(Path.of(root), Path.of(run));
  }
}
