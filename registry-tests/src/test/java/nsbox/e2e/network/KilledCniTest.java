package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import nsbox.e2e.Nsbox;
import org.junit.jupiter.api.Test;

/// `kill -9`, and a power failure, of containers on networks that the CNI project's plugins make.
final class KilledCniTest extends CniTests {
  @Test
  void allGoesAfterMonitorAndContainerWereKilled() throws Exception {
    run("-d", "--network", "web", "-p", "8081:80", "--name", "lost", ALPINE, "sleep", "300")
        .expect(0);
    assertEquals(List.of("10.219.0.2"), given());
    assertTrue(on(HOST, "iptables-save").contains("8081"));
    kill();
    Nsbox.await(
        "addresses that are given back",
        () -> nsbox("ps", "-aq").expect(0).err().isEmpty() && given().isEmpty());
    assertFalse(on(HOST, "iptables-save").contains("8081"));
    nsbox("rm", "lost").expect(0);
  }

  @Test
  void whatAKilledMonitorHadBegunIsUndone() throws Exception {
    Path slow = Files.createDirectories(nsbox.folder.resolve("slow"));
    Path program = slow.resolve("slow");
    Path called = nsbox.folder.resolve("called");
    Files.writeString(
        program,
        "#!/bin/sh\necho $CNI_COMMAND >>"
            + called
            + "\n[ $CNI_COMMAND = DEL ] && exit 0\nsleep 3\n"
            + "sed 's/.*\"prevResult\"://; s/}$//'\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    list("web", bridge("", "10.219.0.0/24"), "{\"type\": \"slow\"}");
    Nsbox.Running running =
        nsbox.start(
            environment(PLUGINS + ":" + slow),
            command("run", "-d", "--network", "web", "--name", "half", ALPINE, "sleep", "300"));
    Nsbox.await("a call of the slow plugin", () -> Files.exists(called));
    assertEquals(List.of("10.219.0.2"), given());
    kill();
    running.finish();
    nsbox("ps", "-aq").expect(0);
    assertEquals(List.of(), given());
    assertEquals("ADD\nDEL\n", Files.readString(called));
    Files.delete(called);
    Files.delete(program);
    nsbox("rm", "-f", "half");
  }

  @Test
  void whatPluginsKeepOverARebootIsTakenBack() throws Exception {
    for (String name : List.of("started", "removed")) {
      run("-d", "--network", "web", "--name", name, ALPINE, "sleep", "300").expect(0);
    }
    for (String id : nsbox.containers()) {
      kill(id);
      tool("umount", nsbox.runRoot.resolve(id).resolve("cni/eth0.namespace").toString());
    }
    for (String id : nsbox.containers()) {
      nsbox.removeCgroups(id);
    }
    for (String name : List.of(HOST, PEER)) {
      tool("ip", "netns", "delete", name);
    }
    tool("rm", "-rf", nsbox.runRoot.toString());
    Files.writeString(nsbox.root.resolve("boot"), "another boot\n");
    host();
    assertEquals(2, given().size());
    nsbox("rm", "removed").expect(0);
    assertEquals(1, given().size());
    nsbox("start", "started").expect(0);
    assertEquals(1, given().size());
    nsbox("rm", "-f", "-t", "0", "started").expect(0);
  }

  private void kill() throws Exception {
    kill(nsbox.containers().getFirst());
  }

  private void kill(String id) throws Exception {
    Path monitor = nsbox.runRoot.resolve(id).resolve("monitor");
    Nsbox.kill("KILL", Long.parseLong(Files.readString(monitor).split(" ")[0]));
    Path process = nsbox.runRoot.resolve(id).resolve("process");
    if (Files.exists(process)) {
      Nsbox.sendKill(Long.parseLong(Files.readString(process).split(" ")[0]));
    }
  }
}
