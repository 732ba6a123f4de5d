package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Containers' root file systems on the host: `mount` and `unmount`.
final class ContainerMountTest extends NamedContainers {
  @AfterEach
  void unmountAll() throws Exception {
    nsbox.run("unmount", "-a", "-f").expect(0);
    nsbox.removeContainers();
    assertEquals(0, mounts());
  }

  private int mounts() throws Exception {
    String table = Files.readString(Path.of("/proc/self/mountinfo"));
    return table.split(nsbox.folder.toString() + "[^ ]*/merged ", -1).length - 1;
  }

  private Path mount(String name) throws Exception {
    return Path.of(nsbox.run("mount", name).expect(0).out().strip());
  }

  private String sh(String script) throws Exception {
    return nsbox.sh(script).expect(0).out();
  }

  @Test
  void showsOneThatDoesNotRun() throws Exception {
    nsbox.run("create", "--name", "one", ALPINE, "cat", "/from-host").expect(0);
    Path root = mount("one");
    assertEquals(nsbox.root.resolve("containers"), root.getParent().getParent());
    Files.writeString(root.resolve("from-host"), "hello");
    assertEquals(root, mount("one"));
    String id = root.getParent().getFileName().toString();
    assertEquals(id.substring(0, 12) + "  " + root + "\n", sh("nsbox mount"));
    assertEquals(
        "[\n    {\n        \"id\": \""
            + id
            + "\",\n        \"Names\": [\n            \"one\"\n        ],\n"
            + "        \"mountpoint\": \""
            + root
            + "\"\n    }\n]\n",
        sh("nsbox container mount --format json"));
    assertEquals("one\n", sh("nsbox umount one"));
    assertEquals(1, mounts());
    assertEquals("one\n", sh("nsbox container unmount one"));
    assertEquals(0, mounts());
    assertEquals(
        new Result(0, "one\n", "nsbox: container one is not mounted\n"),
        nsbox.run("unmount", "one"));
    assertEquals("hello", sh("nsbox start -a one"));
    assertEquals("A /from-host\n", sh("nsbox diff one"));
  }

  /* Two overlays over one upper directory would not know of each other. */
  @Test
  void sharesItsFilesWithOneThatRuns() throws Exception {
    running("live");
    Path root = mount("live");
    Files.writeString(root.resolve("a"), "from the host");
    assertEquals("from the host", sh("nsbox exec live cat /a"));
    sh("nsbox exec live sh -c 'echo inside > /b; mkdir /tmp/x'");
    assertEquals("inside\n", Files.readString(root.resolve("b")));
    assertEquals("", sh("ls " + root + "/proc"));
    sh("nsbox stop -t 0 live");
    Files.writeString(root.resolve("c"), "between");
    assertEquals("between", sh("nsbox cp live:/c - | tar -xO"));
    sh("nsbox start live");
    assertEquals("between", sh("nsbox exec live cat /c"));
    Files.writeString(root.resolve("c"), "after");
    assertEquals("after", sh("nsbox exec live cat /c"));
    Result refused = nsbox.run("unmount", "live");
    assertEquals(125, refused.code());
    assertTrue(
        refused.err().contains("as it is running or paused: container state improper"),
        refused.err());
    sh("nsbox stop -t 0 live; nsbox unmount live; nsbox start live");
    assertEquals("after", sh("nsbox exec live cat /c"));
    assertEquals(0, mounts());
  }

  @Test
  void staysUnmountedOnlyByForceWhereItIsUsed() throws Exception {
    nsbox.run("create", "--name", "used", ALPINE, "true").expect(0);
    Path root = mount("used");
    Process user = new ProcessBuilder("sleep", "100").directory(root.toFile()).start();
    try {
      Result busy = nsbox.run("unmount", "used");
      assertEquals(125, busy.code());
      assertTrue(busy.err().contains("cannot unmount container used: "), busy.err());
      assertTrue(busy.err().contains("nsbox unmount --force used"), busy.err());
      assertEquals(1, mounts());
      assertEquals("used\n", sh("nsbox unmount -f used"));
      assertEquals(0, mounts());
    } finally {
      user.destroyForcibly().waitFor();
    }
  }

  @Test
  void isRemovedOnlyByForce() throws Exception {
    nsbox.run("create", "--name", "held", ALPINE, "true").expect(0);
    mount("held");
    Result refused = nsbox.run("rm", "held");
    assertEquals(2, refused.code());
    assertTrue(refused.err().contains("as it is mounted on the host"), refused.err());
    assertEquals("Total reclaimed space: 0B\n", sh("nsbox container prune -f"));
    assertEquals(1, mounts());
    assertEquals("held\n", sh("nsbox rm -f held"));
    assertEquals(0, mounts());
    assertEquals("", sh("nsbox mount"));
  }

  @Test
  void goesWithAContainerThatGoesWithItsProcess() throws Exception {
    nsbox.run("run", "-d", "--rm", "--name", "brief", ALPINE, "sleep", "300").expect(0);
    mount("brief");
    assertEquals(1, mounts());
    sh("nsbox stop -t 0 brief");
    Nsbox.await("its end", () -> nsbox.containers().isEmpty());
    assertEquals(0, mounts());
  }

  @Test
  void isNotStartedWithOtherIds() throws Exception {
    nsbox
        .run("create", "--name", "shifted", "--uidmap", "0:100000:65536", ALPINE, "true")
        .expect(0);
    mount("shifted");
    Result refused = nsbox.run("start", "shifted");
    assertEquals(125, refused.code());
    assertTrue(
        refused.err().contains("is mounted on the host, with the ids of the disk"), refused.err());
    sh("nsbox unmount shifted");
    nsbox.run("start", "-a", "shifted").expect(0);
  }

  /* As after a reboot, or a kill: the folder is there and the mount is not. */
  @Test
  void isWhatTheKernelSays() throws Exception {
    nsbox.run("create", "--name", "lost", ALPINE, "cat", "/etc/hostname").expect(0);
    Path root = mount("lost");
    mount("lost");
    assertEquals("", sh("umount " + root));
    assertEquals("", sh("nsbox mount"));
    assertEquals(12, sh("nsbox start -a lost").strip().length());
    assertEquals(root, mount("lost"));
    assertEquals("lost\n", sh("nsbox unmount lost"));
    assertEquals(0, mounts(), "it was asked for once");
    Files.createDirectory(root);
    assertEquals("lost\n", sh("nsbox rm lost"));
  }

  @Test
  void tellsWhatIsNotThere() throws Exception {
    assertTrue(nsbox.run("mount", "nobody").err().contains("nobody"));
    assertTrue(nsbox.run("mount", "nobody").code() != 0);
    assertEquals(125, nsbox.run("unmount").code());
    assertEquals(
        new Result(125, "", "nsbox: unknown --format argument: \"yaml\"\n"),
        nsbox.run("mount", "--format", "yaml"));
  }
}
