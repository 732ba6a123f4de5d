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
import nsbox.cli.RuntimeLog;
import nsbox.cli.RuntimeOptions;
import nsbox.engine.StateRoots;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
  void ofTheRuntimeHaveDefaults() throws Failure {
    assertEquals(RuntimeOptions.DEFAULT, parse(Map.of(), true, "run").runtimeOptions());
    assertEquals(RuntimeOptions.DEFAULT, parse("ps").runtimeOptions());
  }

  @Test
  void ofTheRuntimeAreThoseOfRuncAndCrun() throws Failure {
    GlobalOptions options =
        parse(
            Map.of(),
            true,
            "--root",
            "/r",
            "--log",
            "/l.json",
            "--log-format=json",
            "--log-level",
            "info",
            "--systemd-cgroup",
            "--cgroup-manager=cgroupfs",
            "--rootless",
            "false",
            "--criu",
            "/usr/sbin/criu",
            "create",
            "--log",
            "id");
    assertEquals(
        new RuntimeOptions(
            Optional.of("/l.json"),
            RuntimeLog.Format.JSON,
            RuntimeLog.Level.INFO,
            RuntimeOptions.CgroupManager.CGROUPFS,
            RuntimeOptions.Rootless.NO,
            Optional.of("/usr/sbin/criu")),
        options.runtimeOptions());
    assertEquals(List.of("create", "--log", "id"), options.rest());
  }

  /* The last of contradicting ones counts, as everywhere. */
  @Test
  void ofTheRuntimeNameOneCgroupManager() throws Failure {
    assertEquals(RuntimeOptions.CgroupManager.SYSTEMD, manager("--systemd-cgroup"));
    assertEquals(RuntimeOptions.CgroupManager.CGROUPFS, manager("--systemd-cgroup=false"));
    assertEquals(RuntimeOptions.CgroupManager.SYSTEMD, manager("--cgroup-manager=systemd"));
    assertEquals(RuntimeOptions.CgroupManager.DISABLED, manager("--cgroup-manager", "disabled"));
  }

  private static RuntimeOptions.CgroupManager manager(String... words) throws Failure {
    return parse(Map.of(), true, words).runtimeOptions().cgroupManager();
  }

  @Test
  void ofTheRuntimeTakeRootlessWithAndWithoutAValue() throws Failure {
    GlobalOptions alone = parse(Map.of(), true, "--rootless", "state", "id");
    assertEquals(RuntimeOptions.Rootless.YES, alone.runtimeOptions().rootless());
    assertEquals(List.of("state", "id"), alone.rest());
    GlobalOptions auto = parse(Map.of(), true, "--rootless", "auto", "state");
    assertEquals(RuntimeOptions.Rootless.AUTO, auto.runtimeOptions().rootless());
    assertEquals(List.of("state"), auto.rest());
  }

  @Test
  void ofTheRuntimeTakeDebugForALevel() throws Failure {
    assertEquals(
        RuntimeLog.Level.DEBUG,
        parse(Map.of(), true, "--log-level=error", "--debug").runtimeOptions().logLevel());
    assertFalse(parse(Map.of(), true, "--debug=false", "run").debug());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --log                     | option --log needs a file
          --log=                    | option --log needs a file
          --log=journald:nsbox      | option --log: journald:nsbox, nsbox writes to files only
          --log-format=xml          | option --log-format: xml, expected text or json
          --log-level=loud          | option --log-level: loud, expected error, warning, info or debug
          --systemd-cgroup=perhaps  | option --systemd-cgroup: perhaps, expected true or false
          --cgroup-manager=openrc   | option --cgroup-manager: openrc, expected cgroupfs, systemd or disabled
          --cgroup-manager          | option --cgroup-manager needs a cgroup manager
          --rootless=maybe          | option --rootless: maybe, expected true, false or auto
          --criu=                   | option --criu needs a program
          --debug=2                 | option --debug: 2, expected true or false
          """)
  void ofTheRuntimeRefuseOtherValues(String option, String message) {
    assertEquals(
        message, assertThrows(Failure.class, () -> parse(Map.of(), true, option)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--log=x", "--log-format=json", "--systemd-cgroup", "--rootless=true"})
  void ofTheRuntimeAreNobodyElses(String option) {
    assertTrue(refused(option, "ps").getMessage().startsWith("unknown option --"));
  }

  @Test
  void ofTheRuntimeNameNoSecondRoot() {
    assertThrows(Failure.class, () -> parse(Map.of(), true, "--run-root", "/x", "run"));
  }

  @Test
  void ofTheRuntimeHaveTheFolderOfTheHostsRootWhateverItsSessionHas() throws Failure {
    Map<String, String> session = Map.of("XDG_RUNTIME_DIR", "/run/user/0");
    assertEquals(Path.of("/run/nsbox-runtime"), parse(session, true, "list").roots().root());
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
