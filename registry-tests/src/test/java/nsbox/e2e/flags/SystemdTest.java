package nsbox.e2e.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// `--systemd`: what a first process finds that is systemd, looked at by another one.
final class SystemdTest extends FlagTests {
  private static final String CGROUP = isUnified() ? "/sys/fs/cgroup" : "/sys/fs/cgroup/systemd";

  private static String mounts(String text) {
    StringBuilder found = new StringBuilder();
    for (String target : List.of("/run", "/run/lock", "/tmp", "/var/log/journal")) {
      found.append(text.contains("tmpfs " + target + " tmpfs rw,nosuid,nodev") ? "1" : "0");
    }
    return found
        .append(
            text.contains(" " + CGROUP + " cgroup" + (isUnified() ? "2" : "") + " rw,") ? "1" : "0")
        .toString();
  }

  @Test
  void preparesWhatSystemdNeeds() throws Exception {
    assertEquals("11111", mounts(seen("--systemd=always", "cat /proc/self/mounts")));
    assertEquals("00000", mounts(seen("--systemd=false", "cat /proc/self/mounts")));
    assertEquals("00000", mounts(seen("", "cat /proc/self/mounts")));
    assertEquals("00000", mounts(seen("--systemd true", "cat /proc/self/mounts")));
    assertEquals(
        "oci\n/run/.containerenv\nwritten\n",
        seen(
            "--systemd always",
            "echo $container; ls /run/.containerenv; mkdir "
                + CGROUP
                + "/part && rmdir "
                + CGROUP
                + "/part && echo written"));
    Result readonly = result("", "mkdir " + CGROUP + "/part");
    assertTrue(readonly.err().contains("Read-only file system"), readonly.err());
    assertEquals("mine\n", seen("--systemd always -e container=mine", "echo $container"));
  }

  @Test
  void leavesTheOtherHierarchies() throws Exception {
    if (!isUnified()) {
      Result memory = result("--systemd always", "mkdir /sys/fs/cgroup/memory/part");
      assertTrue(memory.err().contains("Read-only file system"), memory.err());
    }
  }

  @Test
  void leavesWhatTheUserMounts() throws Exception {
    String text =
        seen(
            "--systemd always --tmpfs /tmp:size=1m,exec -v /etc:/run/lock",
            "cat /proc/self/mounts");
    assertTrue(text.contains("tmpfs /tmp tmpfs rw,nosuid,nodev,relatime,size=1024k"), text);
    assertEquals(false, text.contains("tmpfs /run/lock"), text);
    assertTrue(text.contains("tmpfs /var/log/journal"), text);
  }

  /* Busybox is no systemd, but it is called like one. */
  @Test
  void seesSystemdByItsName() throws Exception {
    nsbox
        .sh("nsbox create --name likely --systemd true --entrypoint /sbin/init " + ALPINE)
        .expect(0);
    nsbox.sh("nsbox create --name unlikely --systemd true " + ALPINE + " sleep 9").expect(0);
    nsbox
        .sh("nsbox create --name told --systemd always --stop-signal TERM " + ALPINE + " sleep 9")
        .expect(0);
    assertEquals("SIGRTMIN+3\n", signal("likely"));
    assertEquals("SIGTERM\n", signal("unlikely"));
    assertEquals("TERM\n", signal("told"));
  }

  private String signal(String name) throws Exception {
    return nsbox.run("inspect", "-f", "{{.Config.StopSignal}}", name).expect(0).out();
  }

  @Test
  void refusesOtherWords() throws Exception {
    isRefused("--systemd maybe: true, false or always", "--systemd maybe");
    isRefused(
        "--systemd always: systemd is the first process or none, and --init is that",
        "--systemd always --init");
  }
}
