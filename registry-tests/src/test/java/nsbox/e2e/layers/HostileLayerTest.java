package nsbox.e2e.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import nsbox.e2e.layers.HostileLayers.Case;
import nsbox.e2e.layers.HostileLayers.Refusal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Hostile layers in the store, on top of an image that runs, and what `run` makes of them.
///
/// They are put into the store's layout from outside, as if an nsbox that knew less had done it, so
/// that unpacking is all that stands between them and the host.
final class HostileLayerTest extends EndToEnd {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long MEMORY_LIMIT_KIB = 300 << 10;

  private Path outside;
  private Canary canary;
  private List<Case> cases;
  private ImageLayout store;
  private List<LayerBlob> base;

  @Override
  protected void prepare() throws Exception {
    nsbox.run("images").expect(0);
    outside = Files.createTempDirectory("nsbox-outside-");
    canary = new Canary(outside.resolve("canary"));
    cases = HostileLayers.reachingFor(canary.folder());
    store = new ImageLayout(nsbox.root.resolve("images"));
    base = hello();
  }

  /// The layers of the image that comes with nsbox, whose program is `/hello`.
  private List<LayerBlob> hello() throws Exception {
    ImageLayout hello = new ImageLayout(outside.resolve("hello"));
    return hello.addAll("hello", Nsbox.HOME.resolve("lib/images/hello")).getFirst().blobs();
  }

  @AfterAll
  void removeOutside() throws Exception {
    for (Path folder : new Path[] {outside, nsbox == null ? null : nsbox.root}) {
      if (folder != null) {
        new ProcessBuilder("rm", "-rf", "--one-file-system", folder.toString())
            .inheritIO()
            .start()
            .waitFor();
      }
    }
  }

  /* The names alone: the images are made when the folder is. */
  static Stream<String> names() throws Exception {
    return HostileLayers.reachingFor(Path.of("/canary")).stream().map(Case::name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void keepsToItsRoot(String name) throws Exception {
    Case one = cases.stream().filter(it -> it.name().equals(name)).findFirst().orElseThrow();
    List<LayerBlob> layers = new ArrayList<>(base);
    layers.addAll(one.layers());
    String tag = "hostile:" + cases.indexOf(one);
    store.add("docker.io/library/" + tag, layers);
    Tree images = Tree.of(nsbox.root.resolve("images"));
    List<String> snapshots = Nsbox.entries(nsbox.root.resolve("snapshots"));
    Running running = nsbox.start("run", "--rm", tag, "/hello");
    long peakKib = peakKib(running.process());
    Result result = running.finish(LIMIT);
    if (one.refusal().isPresent()) {
      says(one.refusal().get(), one.layers().getLast().digest(), result);
      assertEquals(
          snapshots, Nsbox.entries(nsbox.root.resolve("snapshots")), "snapshots and work folders");
    } else {
      result.expect(0);
      nothingIsUnfinished();
    }
    canary.assertUntouched();
    assertEquals("", images.explain(Tree.of(nsbox.root.resolve("images"))), "the stored images");
    assertEquals(List.of(), ingests(), "files on their way");
    assertTrue(peakKib < MEMORY_LIMIT_KIB, "memory: " + peakKib + " KiB");
    assertTrue(peakKib > 0, "memory was not measured");
  }

  private static void says(Refusal refusal, String layerDigest, Result result) {
    assertEquals(125, result.code(), result::toString);
    assertEquals("", result.out());
    String said = result.err();
    assertTrue(said.startsWith("nsbox: layer " + layerDigest + ": "), said);
    assertTrue(said.contains(refusal.reason()), said);
    if (!refusal.entry().isEmpty()) {
      assertTrue(said.contains("entry " + refusal.entry() + ": "), said);
    }
    List<String> lines = said.lines().toList();
    assertEquals("  Nothing of it was kept.", lines.get(1), said);
    if (refusal.reason().endsWith(" bytes")) {
      assertEquals(
          "  If the image is to be trusted, set NSBOX_LAYER_MAX_BYTES to more.",
          lines.get(2),
          said);
    }
    assertEquals(refusal.reason().endsWith(" bytes") ? 3 : 2, lines.size(), said);
    assertFalse(said.contains("internal error"), said);
  }

  private void nothingIsUnfinished() throws IOException {
    List<String> snapshots = new ArrayList<>(Nsbox.entries(nsbox.root.resolve("snapshots")));
    snapshots.removeIf(it -> it.matches("[0-9a-f]{64}"));
    assertEquals(List.of(), snapshots, "work folders");
  }

  private List<String> ingests() throws IOException {
    return Nsbox.entries(nsbox.root.resolve("ingest")).stream()
        .filter(it -> !it.equals("partial"))
        .toList();
  }

  /// What the largest of a process and its children needs at most, seen until it ends.
  private static long peakKib(Process process) throws Exception {
    long peak = 0;
    while (process.isAlive()) {
      List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
      all.add(process.toHandle());
      for (ProcessHandle one : all) {
        peak = Math.max(peak, highWaterKib(one.pid()));
      }
      Thread.sleep(5);
    }
    return peak;
  }

  private static long highWaterKib(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
      return 0;
    } catch (IOException e) {
      return 0; // ended meanwhile
    }
  }

  @Test
  void isRefusedWhicheverWayItComesIn() throws Exception {
    Case one =
        cases.stream()
            .filter(it -> it.name().equals("a whiteout called .wh..."))
            .findFirst()
            .orElseThrow();
    ImageLayout layout = new ImageLayout(outside.resolve("layout"));
    layout.add("1", one.layers());
    Path archive = outside.resolve("layout.tar");
    nsbox.sh("tar -C " + layout.root() + " -cf " + archive + " .").expect(0);
    Refusal refusal = one.refusal().orElseThrow();
    String digest = one.layers().getLast().digest();
    says(refusal, digest, nsbox.run("import", layout.root().toString()));
    says(refusal, digest, nsbox.run("load", "-i", archive.toString()));
    Result copied = nsbox.run("copy", "-q", "oci:" + layout.root() + ":1", "store:copied:1");
    assertEquals(125, copied.code(), copied::toString);
    assertTrue(copied.err().contains("layer " + digest + ": entry .wh...: "), copied.err());
    nothingIsUnfinished();
    canary.assertUntouched();
  }

  @Test
  void opensNoDeviceOfAnImage() throws Exception {
    ImageLayout alpine = new ImageLayout(outside.resolve("alpine"));
    List<LayerBlob> layers = new ArrayList<>();
    for (ImageLayout.Image image : alpine.addAll("alpine", layout("alpine"))) {
      if (image.isForThisMachine()) {
        layers.addAll(image.blobs());
      }
    }
    layers.add(
        LayerBlob.gzip(
            Tar.of(
                Tar.device('3', "memory", 1, 1).mode(0666),
                Tar.device('4', "disk", 259, 0).mode(0666),
                Tar.device('3', "zero", 1, 5).mode(0666))));
    store.add("docker.io/library/devices:1", layers);
    Result result =
        nsbox.run(
            "run",
            "--rm",
            "devices:1",
            "sh",
            "-c",
            "for d in memory disk zero; do head -c1 /$d && echo opened $d; done; stat -c '%n %F %t:%T' /memory /zero");
    assertEquals(
        new Result(
            0,
            "/memory character special file 1:1\n/zero character special file 1:5\n",
            "head: /memory: Permission denied\nhead: /disk: Permission denied\nhead: /zero: Permission denied\n"),
        result);
  }
}
