package nsbox.e2e.runtime.attacks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import nsbox.e2e.runtime.Bundle;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A neighbour who changes a shared volume while the runtime makes a container that has it too.
///
/// The neighbour is a process of the host that works on the volume's folder alone, which it can do
/// better than one in a container.
final class RaceAttackTest extends AttackTests {
  private static final int STARTS = 25;
  private static final String SECONDS = "30";

  private final List<Running> neighbours = new ArrayList<>();

  private Running neighbour(String... words) throws Exception {
    Running running = nsbox.start(Map.of(), List.of(words));
    neighbours.add(running);
    running.awaitOut("up");
    return running;
  }

  @AfterEach
  void endNeighbours() throws Exception {
    for (Running neighbour : neighbours) {
      neighbour.process().destroyForcibly().waitFor();
    }
    neighbours.clear();
  }

  /// A volume in which "d" is now a folder and now a link to the host's canary.
  private Path volume() throws Exception {
    Path volume = Files.createDirectory(nsbox.folder.resolve("volume-" + id()));
    Files.createDirectories(volume.resolve("d/out"));
    Files.createSymbolicLink(volume.resolve("link"), canary.folder());
    return volume;
  }

  private void exchanging(Path volume) throws Exception {
    neighbour(
        attack().toString(),
        "exchange",
        volume.resolve("d").toString(),
        volume.resolve("link").toString(),
        SECONDS);
  }

  @Test
  @DisplayName("CVE-2021-30465, CVE-2024-45310: mount points below a folder that becomes a link")
  void mountsInsideOfItsRootAlone() throws Exception {
    Bundle bundle = bundle();
    Path volume = volume();
    Path file = Files.writeString(nsbox.folder.resolve("file-" + id()), "file");
    bundle.bind(volume, "/v");
    bundle.mount("/v/d/out", "tmpfs", "tmpfs").mount("/v/d/made/tmpfs", "tmpfs", "tmpfs");
    bundle.bind(canary.folder().resolve("out"), "/v/d/bound/out").bind(file, "/v/d/new-file");
    bundle.process().put("cwd", "/v/d/cwd");
    bundle.script("ls /v/d/secret; cat /proc/self/mountinfo");
    exchanging(volume);
    int started = 0;
    for (int i = 0; i < STARTS; i++) {
      Result result = run(bundle);
      started += result.code() == 0 ? 1 : 0;
      assertTrue(!result.out().contains("secret"), result.toString());
      /* Where it is mounted, as the container sees it: nothing is above its own root. */
      for (String line : result.out().lines().toList()) {
        String place = line.split(" ")[4];
        assertTrue(place.matches("/|/(proc|dev|sys|v)(/.*)?"), line);
      }
      canary.assertUntouched();
    }
    /* Where it lost the race the container may well be refused, but not for another reason. */
    assertTrue(started > 0, "no container started");
  }

  @Test
  @DisplayName("CVE-2024-45310: a device in a folder where it becomes a link once it is made")
  void changesNoModesThroughALinkInPlaceOfADevice() throws Exception {
    Path volume = Files.createDirectory(nsbox.folder.resolve("volume-devices-" + id()));
    Path node = volume.resolve("node");
    Path link = volume.resolve("link");
    Bundle bundle = bundle().bind(volume, "/v").arguments("true");
    JsonObject device =
        new JsonObject()
            .put("path", "/v/node")
            .put("type", "c")
            .put("major", 1)
            .put("minor", 3)
            .put("fileMode", 0666);
    bundle.linux().put("devices", List.of(device));
    for (int i = 0; i < STARTS; i++) {
      Files.deleteIfExists(node);
      Files.deleteIfExists(link);
      Files.createSymbolicLink(link, canary.folder().resolve("secret"));
      Running neighbour =
          neighbour(attack().toString(), "replace", node.toString(), link.toString(), "5");
      run(bundle);
      neighbour.process().destroyForcibly().waitFor();
      canary.assertUntouched();
    }
  }
}
