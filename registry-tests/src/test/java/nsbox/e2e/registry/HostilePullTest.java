package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.layers.Canary;
import nsbox.e2e.layers.HostileLayers;
import nsbox.e2e.layers.LayerBlob;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Hostile layers from a registry, which are unpacked while they arrive.
final class HostilePullTest extends RegistryTests {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a hard link to the host, absolute",
        "a hard link through a link to the host",
        "a whiteout called .wh...",
        "a character device 0:0",
        "a negative size",
        "a wrong checksum",
        "a name of 5,000 bytes",
        "2 GiB of zeros in gzip",
        "2 GiB of zeros in zstd",
        "64 MiB in a header of type x",
        "zstd without its end",
        "a wrong diff ID"
      })
  void leavesNothing(String name) throws Exception {
    Canary canary = new Canary(scratch.resolve("canary-" + Math.abs(name.hashCode())));
    HostileLayers.Case one =
        HostileLayers.reachingFor(canary.folder()).stream()
            .filter(it -> it.name().equals(name))
            .findFirst()
            .orElseThrow();
    List<Blob> layers = new ArrayList<>();
    for (LayerBlob layer : one.layers()) {
      layers.add(new Blob(layer.mediaType(), layer.blob(), "sha256:" + layer.diffId(), List.of()));
    }
    List<String> images = List.of(run("images", "-q").out());
    isRefused(
        LIMIT,
        List.of(pushed(Crafted.image(layers))),
        "layer " + one.layers().getLast().digest(),
        java.util.regex.Pattern.quote(one.refusal().orElseThrow().reason()));
    assertEquals(images, List.of(run("images", "-q").out()));
    canary.assertUntouched();
  }
}
