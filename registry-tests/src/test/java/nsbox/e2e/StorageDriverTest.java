package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// Containers that stand on a copy of their layers, by choice and where nothing else is possible.
final class StorageDriverTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private Result copied(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("--storage-driver", "copy", "run"));
    all.addAll(List.of(words));
    return nsbox.run(all.toArray(new String[0]));
  }

  private Path folder(String name) throws IOException {
    return nsbox
        .root
        .resolve("names")
        .resolve(Files.readSymbolicLink(nsbox.root.resolve("names").resolve(name)))
        .normalize();
  }

  private static String record(Path container) throws IOException {
    return Files.readString(container.resolve("container.json"));
  }

  @Test
  void aCopiedContainerRunsAndKeepsWhatItWrites() throws Exception {
    assertEquals(
        new Result(3, "root\n", ""),
        copied("--name", "c", ALPINE, "sh", "-c", "echo x >/new; rm -r /opt; whoami; exit 3"));
    Path tree = folder("c").resolve("rootfs");
    assertEquals("x\n", Files.readString(tree.resolve("new")));
    assertTrue(Files.notExists(tree.resolve("opt")));
    assertTrue(Files.exists(tree.resolve("bin/busybox")));
    assertTrue(Files.notExists(folder("c").resolve("upper")));
    assertTrue(record(folder("c")).contains("\"driver\":\"copy\""), record(folder("c")));
    assertTrue(Files.readString(folder("c").resolve("config.json")).contains("\"" + tree + "\""));
    assertEquals(
        new Result(0, "", ""), nsbox.run("run", "--rm", ALPINE, "sh", "-c", "test ! -e /new"));
    nsbox.run("rm", "c").expect(0);
    assertEquals(List.of(), nsbox.containers());
  }

  @Test
  void theOtherDriverIsOneOptionAway() throws Exception {
    copied("--name", "a", ALPINE, "true").expect(0);
    nsbox.run("run", "--name", "b", ALPINE, "true").expect(0);
    assertTrue(record(folder("a")).contains("\"driver\":\"copy\""));
    assertTrue(record(folder("b")).contains("\"driver\":\"overlay\""));
    List<String> vfs = List.of("nsbox", "run", "--name", "c", ALPINE, "true");
    nsbox.start(Map.of("NSBOX_STORAGE_DRIVER", "vfs"), vfs).finish().expect(0);
    assertTrue(record(folder("c")).contains("\"driver\":\"copy\""));
  }

  @Test
  void itLooksTheSameFromInside() throws Exception {
    String look =
        "cat /etc/hostname | wc -l; cat /etc/hosts | tail -1 | wc -w; stat -c %a /tmp /root /;"
            + " id; ls -la /etc | wc -l; find / -xdev | grep -v ^/proc | sort | md5sum";
    Result overlay = nsbox.run("run", "--rm", ALPINE, "sh", "-c", look).expect(0);
    assertEquals(overlay, copied("--rm", ALPINE, "sh", "-c", look));
  }

  @Test
  void opensNoDeviceOfTheImage() throws Exception {
    String options = "grep ' / / \\| /.* / ' /proc/self/mountinfo | head -n 1 | cut -d' ' -f6";
    for (String driver : List.of("copy", "overlay")) {
      String shown =
          nsbox
              .run("--storage-driver", driver, "run", "--rm", ALPINE, "sh", "-c", options)
              .expect(0)
              .out();
      assertTrue(List.of(shown.strip().split(",")).contains("nodev"), driver + ": " + shown);
    }
  }

  @Test
  void theRootCanBeReadOnly() throws Exception {
    assertEquals(
        new Result(1, "", "touch: /x: Read-only file system\n"),
        copied("--rm", "--read-only", ALPINE, "touch", "/x"));
  }

  @Test
  void removesTheTreeWithTheContainer() throws Exception {
    assertEquals(
        new Result(0, "", ""),
        copied("--rm", ALPINE, "sh", "-c", "mkdir -p /a/b; chmod 0 /a; mkfifo /f"));
    assertEquals(List.of(), nsbox.containers());
  }

  @Test
  void isCleanedUpAfterAKill() throws Exception {
    Running run =
        nsbox.start(
            "--storage-driver", "copy", "run", "--rm", ALPINE, "sh", "-c", "echo up; sleep 60");
    run.awaitOut("up");
    run.signal("KILL");
    assertEquals(137, run.finish().code());
    Host.awaitEndOfProcesses(nsbox.folder, 15);
    assertEquals(new Result(0, "", ""), nsbox.run("ps", "-aq"));
    assertEquals(List.of(), nsbox.containers());
  }

  @Test
  void isCleanedUpAfterAKillWhileItIsCopied() throws Exception {
    for (int delay = 100; delay <= 600; delay += 50) {
      Running run = nsbox.start("--storage-driver", "copy", "run", "--rm", ALPINE, "sleep", "60");
      Thread.sleep(delay);
      run.signal("KILL");
      run.finish();
      Host.awaitEndOfProcesses(nsbox.folder, 15);
      assertEquals(new Result(0, "", ""), nsbox.run("ps", "-aq"));
      assertEquals(List.of(), nsbox.containers());
      assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
    }
  }

  @Test
  void isShownByExplain() throws Exception {
    String text =
        nsbox.run("--storage-driver=copy", "run", "--explain", ALPINE, "true").expect(0).out();
    assertTrue(text.contains("\nroot file system:\n  driver                  copy\n"), text);
    assertTrue(text.contains("/rootfs a mount\n"), text);
  }

  @Test
  void aStoreOnAnOverlayCopiesByItself() throws Exception {
    Path mounted = Files.createDirectory(nsbox.folder.resolve("overlay"));
    for (String name : List.of("lower", "upper", "work")) {
      Files.createDirectory(nsbox.folder.resolve(name));
    }
    mount(mounted);
    try {
      String root = mounted.resolve("root").toString();
      nsbox.run("--root", root, "import", layout("alpine").toString()).expect(0);
      assertEquals(
          new Result(0, "root\n", ""),
          nsbox.run("--root", root, "run", "--rm", ALPINE, "sh", "-c", "touch /x; whoami"));
      String explained =
          nsbox.run("--root", root, "run", "--explain", ALPINE, "true").expect(0).out();
      assertTrue(explained.contains("  driver                  copy\n"), explained);
      assertEquals("copy\n", Files.readString(mounted.resolve("root/snapshots/driver")));

      Result refused =
          nsbox.run("--root", root, "--storage-driver", "overlay", "run", ALPINE, "true");
      assertEquals(125, refused.code());
      assertTrue(
          refused
              .err()
              .endsWith(
                  ": invalid argument.\n  Its changes would be kept on overlay, in "
                      + root
                      + "/containers.\n  Where overlayfs cannot write: nsbox --storage-driver copy"
                      + " run ..., or another --root.\n"),
          refused.err());
      assertTrue(refused.err().startsWith("nsbox: cannot start container "), refused.err());
      assertEquals(1, Nsbox.entries(mounted.resolve("root/containers")).size());
    } finally {
      nsbox.sh(program("umount") + " " + mounted).expect(0);
    }
  }

  private void mount(Path mounted) throws Exception {
    nsbox
        .sh(
            program("mount")
                + " -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work "
                + mounted)
        .expect(0);
  }
}
