package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Containers after their host went down without a word: all processes are killed, and another boot
/// finds what is left on the disk.
final class RebootTest extends NamedContainers {
  private static final String MARK = "00000000-0000-4000-8000-000000000000\n";

  private String started(String name, String policy, String... command) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("run", "-d", "--name", name, "--restart", policy, ALPINE));
    words.addAll(List.of(command));
    return nsbox.run(words.toArray(new String[0])).expect(0).out().strip();
  }

  /* Monitors first, for they would see the ends and write them down. */
  private List<Long> recorded(String file) throws Exception {
    List<Long> pids = new ArrayList<>();
    for (String id : Nsbox.entries(nsbox.runRoot)) {
      Path path = nsbox.runRoot.resolve(id).resolve(file);
      if (Files.exists(path)) {
        pids.add(Long.parseLong(Files.readString(path).split(" ")[0]));
      }
    }
    return pids;
  }

  private void crash() throws Exception {
    List<String> ids = Nsbox.entries(nsbox.runRoot);
    for (String file : List.of("monitor", "process")) {
      for (long pid : recorded(file)) {
        Nsbox.kill("KILL", pid);
      }
    }
    Nsbox.await("the end of all", () -> Host.processes(nsbox.folder).isEmpty());
    for (String id : ids) {
      nsbox.removeCgroups(id);
    }
    Files.writeString(nsbox.root.resolve("boot"), MARK);
  }

  /// @param keepsRunRoot as where it is no tmpfs
  private void reboot(boolean keepsRunRoot) throws Exception {
    crash();
    if (!keepsRunRoot) {
      nsbox.sh("rm -r " + nsbox.runRoot).expect(0);
    }
  }

  private List<String> running() throws Exception {
    return nsbox.run("ps", "--format", "{{.Names}}").expect(0).out().lines().sorted().toList();
  }

  private void showsEveryEnd(boolean keepsRunRoot) throws Exception {
    running("up", "sh", "-c", "echo before; exec sleep 300");
    running("over", "sh", "-c", "exit 3");
    Nsbox.await("its end", () -> status("over").contains("Exited (3)"));
    nsbox.run("run", "-d", "--rm", "--name", "short", ALPINE, "sleep", "300").expect(0);
    nsbox.run("create", "--name", "fresh", ALPINE, "true").expect(0);
    reboot(keepsRunRoot);

    assertTrue(status("up").contains("Exited (255)"), status("up"));
    assertTrue(status("over").contains("Exited (3)"), status("over"));
    assertTrue(status("fresh").contains("Created"), status("fresh"));
    assertEquals("", status("short"));
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
    assertEquals(3, nsbox.containers().size());
    assertEquals(new Result(0, "255\n3\n", ""), nsbox.run("wait", "up", "over"));
    assertEquals(new Result(0, "before\n", ""), nsbox.run("logs", "up"));
    assertEquals(
        "exited 255 0\n",
        nsbox
            .run("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}} {{.State.Pid}}", "up")
            .out());
    assertEquals(new Result(0, "up\n", ""), nsbox.run("start", "up"));
    Nsbox.await("its output", () -> nsbox.run("logs", "up").out().equals("before\nbefore\n"));
    nsbox.run("stop", "-t", "0", "up").expect(0);
    assertTrue(status("up").contains("Exited (137)"), status("up"));
    nsbox.run("rm", "up", "over", "fresh").expect(0);
    for (String name : List.of("up", "over", "fresh", "short")) {
      nsbox.run("create", "--name", name, ALPINE, "true").expect(0);
    }
  }

  @Test
  void showsEveryEndWhereTheRunRootIsEmpty() throws Exception {
    showsEveryEnd(false);
  }

  @Test
  void showsEveryEndWhereTheRunRootIsAsItWas() throws Exception {
    showsEveryEnd(true);
  }

  /* Pids and start times come again: here with the very processes of the last boot. */
  @Test
  void takesNoStrangerForAContainer() throws Exception {
    String id = running("up");
    long init = nsbox.initOf(id);
    Process stranger = new ProcessBuilder("sleep", "300").start();
    try {
      String stat = Files.readString(Path.of("/proc/" + stranger.pid() + "/stat"));
      String identity =
          stranger.pid() + " " + stat.substring(stat.lastIndexOf(')')).split(" ")[20] + "\n";
      crash();
      for (String file : List.of("monitor", "process")) {
        Files.writeString(nsbox.runRoot.resolve(id).resolve(file), identity);
      }
      assertEquals(new Result(0, "up\n", ""), nsbox.run("stop", "-t", "0", "up"));
      assertTrue(status("up").contains("Exited (255)"), status("up") + init);
      assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
      assertTrue(stranger.isAlive());
    } finally {
      stranger.destroyForcibly().waitFor();
    }
  }

  @Test
  void startsWhatItsPolicyWants() throws Exception {
    started("steady", "always", "sleep", "300");
    started("halted", "always", "sleep", "300");
    started("unless", "unless-stopped", "sleep", "300");
    started("unwanted", "unless-stopped", "sleep", "300");
    started("failing", "on-failure", "sleep", "300");
    started("resting", "on-failure", "sleep", "300");
    started("fine", "on-failure", "true");
    running("plain");
    nsbox.run("stop", "-t", "0", "halted", "unwanted", "resting").expect(0);
    Nsbox.await("its end", () -> status("fine").contains("Exited (0)"));
    reboot(false);

    assertEquals(
        new Result(0, "steady\nhalted\nunless\nfailing\n", ""), nsbox.run("system", "boot"));
    assertEquals(List.of("failing", "halted", "steady", "unless"), running());
    assertTrue(status("plain").contains("Exited (255)"), status("plain"));
    assertTrue(status("unwanted").contains("Exited (137)"), status("unwanted"));
    assertEquals(new Result(0, "", ""), nsbox.run("system", "boot"));
  }

  @Test
  void goesOnWithAPolicyThatWasWaiting() throws Exception {
    started("again", "always", "sh", "-c", "echo x; exit 3");
    started("spent", "on-failure:1", "sh", "-c", "exit 3");
    Nsbox.await(
        "both",
        () ->
            nsbox.run("logs", "again").out().length() > 6
                && status("spent").contains("Exited (3)"));
    reboot(true);
    assertTrue(status("again").contains("Exited (3)"), status("again"));
    long runs = nsbox.run("logs", "again").out().lines().count();
    assertEquals(new Result(0, "again\n", ""), nsbox.run("system", "boot"));
    Nsbox.await("more", () -> nsbox.run("logs", "again").out().lines().count() > runs + 1);
  }

  @Test
  void startsFirstWhatOthersShare() throws Exception {
    started("late", "always", "sleep", "300");
    nsbox
        .run(
            "run",
            "-d",
            "--restart",
            "always",
            "--network",
            "container:late",
            "--name",
            "guest",
            ALPINE,
            "sleep",
            "300")
        .expect(0);
    running("gone");
    nsbox
        .run(
            "run",
            "-d",
            "--restart",
            "always",
            "--network",
            "container:gone",
            "--name",
            "orphan",
            ALPINE,
            "sleep",
            "300")
        .expect(0);
    /* As if the clock had been set back between the two. */
    nsbox
        .sh(
            "sed -i 's/\"createdNanos\":[0-9]*/\"createdNanos\":1/' $(grep -l '\"name\":\"guest\"'"
                + " root/containers/*/container.json)")
        .expect(0);
    reboot(false);

    Result result = nsbox.run("system", "boot");
    assertEquals("late\nguest\n", result.out());
    assertTrue(
        result
            .err()
            .startsWith("nsbox: orphan: cannot start container orphan: it shares the network"),
        result.err());
    assertEquals(125, result.code());
    assertEquals(List.of("guest", "late"), running());
  }

  @Test
  void comesWithSamplesForWhoStartsTheHost() throws Exception {
    Path share = Nsbox.HOME.resolve("share");
    nsbox.sh("sh -n " + share.resolve("openrc/nsbox-boot")).expect(0);
    assertTrue(
        Files.readString(share.resolve("cron/nsbox-boot"))
            .contains("\n@reboot root /usr/local/bin/nsbox system boot\n"));
    String analyze = program("systemd-analyze");
    String unit = Files.readString(share.resolve("systemd/nsbox-boot.service"));
    assertTrue(unit.contains("\nExecStart=/usr/local/bin/nsbox system boot\n"));
    /* The program has to be there. */
    Path copy = nsbox.folder.resolve("nsbox-boot.service");
    Files.writeString(
        copy,
        unit.replace("/usr/local/bin/nsbox", Nsbox.HOME.resolve("bin/nsbox").toString())
            .replace("Documentation=man:nsbox-system-boot(1)\n", ""));
    Result result = nsbox.sh(analyze + " verify " + copy);
    assertFalse(result.err().contains("nsbox-boot"), result.err());
    assertEquals(0, result.code(), result.err());
  }
}
