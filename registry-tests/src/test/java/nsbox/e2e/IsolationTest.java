package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// What a process in a container may not see or do.
final class IsolationTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private Result inside(String script) throws Exception {
    return nsbox.run("run", "--rm", ALPINE, "sh", "-c", script);
  }

  private void prints(String expected, String script) throws Exception {
    assertEquals(new Result(0, expected, ""), inside(script));
  }

  /// The script fails, its message ends so, and it prints nothing else.
  private void fails(String message, String script) throws Exception {
    Result result = inside(script);
    assertNotEquals(0, result.code(), result.toString());
    assertEquals("", result.out());
    assertTrue(result.err().endsWith(message + "\n"), result.err());
  }

  @Test
  void isPidOneAndSeesOnlyItself() throws Exception {
    prints("1\n/proc/1\n", "echo $$; echo /proc/[0-9]*");
  }

  @Test
  void hasItsOwnNamespaces() throws Exception {
    for (String type : new String[] {"mnt", "pid", "net", "uts", "ipc", "cgroup"}) {
      Result result = inside("readlink /proc/self/ns/" + type).expect(0);
      assertTrue(result.out().startsWith(type + ":["), result.out());
      String host = Files.readSymbolicLink(Path.of("/proc/self/ns", type)).toString();
      assertNotEquals(host, result.out().strip());
    }
  }

  @Test
  void hasTheDefaultCapabilitiesAndAFilter() throws Exception {
    prints(
        """
        CapInh:	0000000000000000
        CapPrm:	00000000800405fb
        CapEff:	00000000800405fb
        CapBnd:	00000000800405fb
        CapAmb:	0000000000000000
        Seccomp:	2
        """,
        "grep -E '^(Cap|Seccomp:)' /proc/self/status");
  }

  @Test
  void masksFilesByTheNullDevice() throws Exception {
    prints("1:3\n1:3\n0\n", "stat -c %t:%T /proc/keys /proc/timer_list; wc -c < /proc/keys");
  }

  @Test
  void masksFoldersByEmptyOnesThatAreReadOnly() throws Exception {
    prints("0\n", "ls -A /sys/firmware | wc -l");
    fails("Read-only file system", "mkdir /sys/firmware/x");
  }

  @Test
  void cannotChangeTheKernelsSettings() throws Exception {
    fails("Read-only file system", "echo x > /proc/sys/kernel/hostname");
    fails("Read-only file system", "mkdir /sys/fs/cgroup/x");
    fails("Read-only file system", "echo 1 > /sys/kernel/mm/ksm/run");
  }

  @Test
  void hasTheStandardDevices() throws Exception {
    prints(
        "1:3 666\n1:5 666\n1:7 666\n1:8 666\n1:9 666\n5:0 666\n",
        "cd /dev; stat -c '%t:%T %a' null zero full random urandom tty");
    prints("16\n", "head -c 16 /dev/urandom | wc -c");
  }

  @Test
  void cannotMakeDevices() throws Exception {
    fails("Operation not permitted", "mknod /tmp/x b 7 0");
    fails("Operation not permitted", "mknod /tmp/x c 1 1");
  }

  @Test
  void cannotOpenADeviceOfTheHostsThatAVolumeShows() throws Exception {
    Path folder = Files.createDirectory(nsbox.folder.resolve("devices"));
    assertEquals(
        new Result(0, "", ""), nsbox.sh("mknod devices/mem c 1 1 && mknod devices/loop b 7 0"));
    for (String device : new String[] {"mem", "loop"}) {
      assertEquals(
          new Result(1, "", "head: /v/" + device + ": Operation not permitted\n"),
          nsbox.run(
              "run", "--rm", "-v", folder + ":/v", ALPINE, "head", "-c", "1", "/v/" + device));
    }
  }

  @Test
  void cannotMakeAUserNamespace() throws Exception {
    fails("Operation not permitted", "unshare -U true");
  }

  @Test
  void cannotMount() throws Exception {
    Result result = inside("mount -t tmpfs none /mnt");
    assertNotEquals(0, result.code());
    assertTrue(result.err().contains("permission denied"), result.err());
  }

  @Test
  void cannotEnterTheHostsRootByChroot() throws Exception {
    prints(
        "Alpine Linux v3.20\n",
        "mkdir /j; cd /; chroot /j true 2>/dev/null; cd ../../../..; . etc/os-release; echo $PRETTY_NAME");
  }

  @Test
  void limitsTheNumberOfProcesses() throws Exception {
    prints(
        "2048\n", "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null || true");
  }

  @Test
  void seesNothingOfTheHostsMounts() throws Exception {
    /* The overlay's own options name its folders; where things are mounted must not. */
    prints("0\n", "cut -d' ' -f2 /proc/mounts | grep -c nsbox-e2e; true");
    prints("/ overlay\n", "awk '$2 == \"/\" {print $2, $3}' /proc/mounts");
  }

  @Test
  void hasNoDescriptorsButTheStandardOnes() throws Exception {
    prints("0 1 2 3\n", "echo $(ls /proc/self/fd)"); // 3 is the folder that ls reads
  }

  @Test
  void readsNullWhereThereIsNoInput() throws Exception {
    prints("/dev/null\n", "readlink /proc/self/fd/0");
  }

  @Test
  void cannotOverwriteNsboxThroughItsOwnProcess() throws Exception {
    Path binary = Nsbox.HOME.resolve("bin/nsbox");
    String before = Layout.sha256(Files.readAllBytes(binary));
    Result result =
        nsbox.run("run", "--rm", "--name", "x", "--entrypoint", "/proc/self/exe", ALPINE);
    assertTrue(result.code() >= 125 && result.code() <= 127, result.toString());
    assertEquals("", result.out());
    for (int i = 0; i < 3; i++) {
      inside("for i in 1 2 3; do for p in /proc/[0-9]*/exe; do echo > $p; done; done 2>/dev/null");
    }
    assertEquals(before, Layout.sha256(Files.readAllBytes(binary)));
  }

  @Test
  void refusesAFolderOfAnotherProcessAsWorkdir() throws Exception {
    for (int fd = 3; fd <= 12; fd++) {
      Result result = nsbox.run("run", "--rm", "-w", "/proc/self/fd/" + fd, ALPINE, "ls", "..");
      assertEquals(125, result.code(), result.toString());
      assertEquals("", result.out());
    }
  }

  /* A FIFO that nobody writes to would wait for ever to be opened. */
  @Test
  void readsNothingFromAnotherFileInThePlaceOfNull() throws Exception {
    assertEquals(new Result(0, "", ""), nsbox.sh("mkfifo fifo && : >plain"));
    for (String file : new String[] {"fifo", "plain"}) {
      String volume = nsbox.folder.resolve(file) + ":/dev/null";
      Result result = nsbox.run("run", "--rm", "-v", volume, ALPINE, "cat");
      assertEquals(125, result.code(), result.toString());
      assertEquals("", result.out());
      assertTrue(result.err().contains("no such device"), result.err());
    }
  }

  @Test
  void leavesNoProcessWhenItsFirstOneEnds() throws Exception {
    prints("", "sleep 1000 & sleep 1000 & exit 0");
    assertEquals(0, Host.processes(nsbox.folder).size());
  }
}
