package nsbox.e2e.runtime.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.runtime.Bundle;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Links in an image, in the places where the runtime mounts and makes things.
final class LinkAttackTest extends AttackTests {
  /// From the root of a bundle up to the host's.
  private Path upwards(Path file) {
    return Path.of("../../../../../../../../..").resolve(Path.of("/").relativize(file));
  }

  private void refusesLinks(String name) throws Exception {
    Path out = canary.folder().resolve("out");
    for (Path target : List.of(out, upwards(out), Path.of("/tmp"))) {
      isRefused("/" + name, run(bundle().link(name, target).arguments("true")));
    }
  }

  @Test
  @DisplayName("CVE-2026-41579, CVE-2026-47766: /dev is a link")
  void refusesDevThatIsALink() throws Exception {
    refusesLinks("dev");
  }

  @Test
  @DisplayName("CVE-2023-27561, CVE-2019-19921: /proc is a link")
  void refusesProcThatIsALink() throws Exception {
    refusesLinks("proc");
  }

  @Test
  @DisplayName("CVE-2023-28642: /sys is a link")
  void refusesSysThatIsALink() throws Exception {
    refusesLinks("sys");
  }

  @Test
  @DisplayName("CVE-2026-41579: /dev is a link, and the configuration has no /dev")
  void makesNoDevicesOutsideThroughALink() throws Exception {
    Path out = canary.folder().resolve("out");
    JsonObject device =
        new JsonObject().put("path", "/dev/extra").put("type", "c").put("major", 1).put("minor", 3);
    Bundle bundle = bundle().link("dev", out).unmount("/dev").arguments("true");
    bundle.linux().put("devices", List.of(device));
    run(bundle);
    assertTrue(Files.notExists(out.resolve("extra")));
  }

  @Test
  @DisplayName("CVE-2025-31133: masked paths where /dev/null is a link to a file of the image")
  void masksByTheRealNullDevice() throws Exception {
    Bundle bundle = bundle().unmount("/dev").link("dev/null", Path.of("/tmp/mine"));
    Files.writeString(bundle.rootfs().resolve("tmp/mine"), "mine");
    bundle.script("stat -c %t:%T /proc/keys /proc/timer_list; cat /proc/keys; echo x > /proc/keys");
    prints("1:3\n1:3\n", bundle);
    assertEquals("mine", Files.readString(bundle.rootfs().resolve("tmp/mine")));
  }

  @Test
  @DisplayName("CVE-2025-52565: /dev/console and the terminal are links")
  void showsTheTerminalAsConsole() throws Exception {
    Path secret = canary.folder().resolve("secret");
    Bundle bundle = bundle().unmount("/dev").link("dev/console", secret);
    Files.createDirectory(bundle.rootfs().resolve("dev/pts"));
    bundle.mount("/dev/pts", "devpts", "devpts", "newinstance", "ptmxmode=0666", "mode=0620");
    bundle.process().put("terminal", true);
    bundle.script("stat -c %t:%T /dev/console; cat /proc/self/mountinfo | grep -c secret");
    assertEquals("88:0\r\n0\r\n", run(bundle).out());
    assertEquals(secret, Files.readSymbolicLink(bundle.rootfs().resolve("dev/console")));
  }

  @Test
  @DisplayName("CVE-2025-52565: /dev/pts/ptmx is a link to that of the host")
  void takesNoTerminalFromALink() throws Exception {
    Bundle bundle = bundle().unmount("/dev").arguments("true");
    Files.createDirectory(bundle.rootfs().resolve("dev/pts"));
    bundle.link("dev/pts/ptmx", Path.of("/dev/pts/../ptmx"));
    bundle.process().put("terminal", true);
    isRefused("terminal", run(bundle));
  }

  @Test
  @DisplayName("CVE-2024-45310: mount points below links of the image")
  void makesMountPointsInsideAlone() throws Exception {
    Path out = canary.folder().resolve("out");
    Path file = Files.writeString(nsbox.folder.resolve("file-" + id()), "file");
    Path folder = Files.createDirectory(nsbox.folder.resolve("folder-" + id()));
    Bundle bundle = bundle().link("a", out).link("b", upwards(out)).arguments("true");
    bundle.bind(folder, "/a/made/folder").bind(file, "/b/made/file");
    bundle.mount("/a/made/tmpfs", "tmpfs", "tmpfs");
    bundle.process().put("cwd", "/a/made/cwd");
    run(bundle);
    assertTrue(Files.notExists(out.resolve("made"), LinkOption.NOFOLLOW_LINKS));
  }
}
