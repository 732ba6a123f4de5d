package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import nsbox.e2e.Nsbox.Result;
import nsbox.image.Digest;
import org.junit.jupiter.api.Test;

/// Layers that cannot be unpacked: what the user reads, and that nothing of them stays. And layers
/// that only look as if they could not.
final class LayerErrorsTest extends EndToEnd {
  private static final String LAYER =
      "d4e6fd67dcf75e40c451560ac7265166c2b72a0f38ddc9aae756a7de3d1efa0c";
  private static final String DIFF_ID =
      "1bccf10afce5c1ffe31381419930ad565c1436eaeb1ca680494b0663e0028419";

  private int images;

  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  /// A tar as GNU tar makes it of what a script leaves in a folder.
  private byte[] tar(String script, String... options) throws Exception {
    Path folder = Files.createTempDirectory(nsbox.folder, "tree");
    Path tar = Files.createTempFile(nsbox.folder, "layer", ".tar");
    String command =
        "cd %s && %s && tar %s --sort=name -cf %s *"
            .formatted(folder, script, String.join(" ", options), tar);
    nsbox.sh(command).expect(0);
    return Files.readAllBytes(tar);
  }

  private static byte[] gzip(byte[] tar) throws Exception {
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(blob)) {
      gzip.write(tar);
    }
    return blob.toByteArray();
  }

  /// Alpine with one more layer on top.
  private Path layout(byte[] tar, byte[] blob) throws Exception {
    return new Layout(nsbox.folder.resolve("layout-" + ++images))
        .layer(layout("alpine"), LAYER, DIFF_ID)
        .layer(tar, blob)
        .write("layers:" + images);
  }

  private Result nsbox(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("nsbox"));
    command.addAll(List.of(arguments));
    return nsbox.start(environment, command).finish();
  }

  /// Also half-made ones.
  private List<String> snapshots() throws Exception {
    return Nsbox.entries(nsbox.root.resolve("snapshots"));
  }

  private void isRefused(String text, Map<String, String> environment, Path layout)
      throws Exception {
    List<String> before = snapshots();
    assertEquals(new Result(125, "", text), nsbox(environment, "import", layout.toString()));
    assertEquals(before, snapshots());
  }

  /// Takes the newest layout in, and runs a command in it.
  private Result run(Map<String, String> environment, Path layout, String... command)
      throws Exception {
    nsbox(environment, "import", layout.toString()).expect(0);
    List<String> run = new ArrayList<>(List.of("run", "--rm", "layers:" + images));
    run.addAll(List.of(command));
    return nsbox(Map.of(), run.toArray(String[]::new));
  }

  private static String layerOf(byte[] blob) {
    return "nsbox: layer " + Digest.sha256(blob) + ": ";
  }

  @Test
  void refusesASparseBombAndTakesItWhereThatIsAllowed() throws Exception {
    byte[] bomb = tar("truncate -s 1T bomb", "--sparse", "--format=posix", "--sparse-version=1.0");
    assertTrue(bomb.length < 20_000, "a bomb of " + bomb.length);
    Path image = layout(bomb, bomb);
    isRefused(
        layerOf(bomb)
            + "entry bomb: more than 1073741824 bytes unpacked\n"
            + "  Nothing of it was kept.\n"
            + "  If the image is to be trusted, set NSBOX_LAYER_MAX_BYTES to more.\n",
        Map.of(),
        image);
    Result allowed =
        run(Map.of("NSBOX_LAYER_MAX_BYTES", "2000g"), image, "stat", "-c", "%s %b", "/bomb");
    assertEquals(new Result(0, (1L << 40) + " 0\n", ""), allowed);
  }

  @Test
  void refusesADecompressionBombAndTakesALayerBelowARaisedLimit() throws Exception {
    byte[] tar = tar("mkdir d && head -c 20000000 /dev/zero > d/zeros");
    byte[] blob = gzip(tar);
    Path image = layout(tar, blob);
    isRefused(
        layerOf(blob)
            + "in or after entry d/zeros: more than 8388608 bytes unpacked\n"
            + "  Nothing of it was kept.\n"
            + "  If the image is to be trusted, set NSBOX_LAYER_MAX_BYTES to more.\n",
        Map.of("NSBOX_LAYER_MAX_BYTES", "8m"),
        image);
    assertEquals(
        new Result(0, "20000000\n", ""),
        run(Map.of("NSBOX_LAYER_MAX_BYTES", "32M"), image, "stat", "-c", "%s", "/d/zeros"));
  }

  @Test
  void refusesTooManyEntries() throws Exception {
    byte[] tar = tar("mkdir d && touch d/a d/b d/c");
    Path image = layout(tar, tar);
    isRefused(
        layerOf(tar)
            + "entry d/c: more than 3 entries\n"
            + "  Nothing of it was kept.\n"
            + "  If the image is to be trusted, set NSBOX_LAYER_MAX_ENTRIES to more.\n",
        Map.of("NSBOX_LAYER_MAX_ENTRIES", "3"),
        image);
    run(Map.of("NSBOX_LAYER_MAX_ENTRIES", "4"), image, "test", "-e", "/d/c").expect(0);
  }

  @Test
  void refusesLimitsThatAreNone() throws Exception {
    for (String value : List.of("0", "-1", "1.5", "many", "9999999999g", "1gg", "k")) {
      assertEquals(
          new Result(
              125,
              "",
              "nsbox: NSBOX_LAYER_MAX_BYTES is "
                  + value
                  + "; it takes a size such as 512m or 8g\n"),
          nsbox(Map.of("NSBOX_LAYER_MAX_BYTES", value), "run", "--rm", "hello"));
    }
    assertEquals(
        new Result(125, "", "nsbox: NSBOX_LAYER_MAX_ENTRIES is 2k; it takes a number of entries\n"),
        nsbox(Map.of("NSBOX_LAYER_MAX_ENTRIES", "2k"), "run", "--rm", "hello"));
  }

  @Test
  void namesTheEntryWhereAnArchiveIsDamaged() throws Exception {
    byte[] tar = tar("mkdir d && echo x > d/x && echo y > d/y");
    byte[] flipped = tar.clone();
    // The headers of d, d/x, its content, d/y.
    flipped[3 * 512]++;
    isRefused(
        layerOf(flipped)
            + "after entry d/x: tar header has a wrong checksum\n  Nothing of it was kept.\n",
        Map.of(),
        layout(flipped, flipped));
    byte[] first = tar.clone();
    first[0]++;
    isRefused(
        layerOf(first)
            + "in its first header: tar header has a wrong checksum\n  Nothing of it was kept.\n",
        Map.of(),
        layout(first, first));
    byte[] cut = Arrays.copyOf(tar, 2 * 512 + 1);
    isRefused(
        layerOf(cut) + "entry d/x: tar ends in the middle of an entry\n  Nothing of it was kept.\n",
        Map.of(),
        layout(cut, cut));
  }

  @Test
  void runsAnImageOfBlake3() throws Exception {
    byte[] base = tar("mkdir -p bin lib && echo lower > lower");
    byte[] top = tar("echo upper > upper");
    Path layout =
        new Layout(nsbox.folder.resolve("blake3"), "blake3")
            .layer(base, gzip(base))
            .layer(layout("alpine"), LAYER, DIFF_ID)
            .layer(top, top)
            .write("blake3:1");
    nsbox.run("import", layout.toString()).expect(0);
    assertEquals(
        new Result(0, "lower\nupper\n", ""),
        nsbox.run("run", "--rm", "blake3:1", "cat", "/lower", "/upper"));
    String hex = new Digest("blake3", "0".repeat(64)).ofSameAlgorithm(base).hex();
    assertTrue(snapshots().contains("blake3-" + hex), snapshots()::toString);
    nsbox.run("verify", "blake3:1").expect(0);

    byte[] other = tar("echo other > other");
    Path wrong =
        new Layout(nsbox.folder.resolve("wrong"), "blake3").layer(other, top).write("blake3:2");
    Result refused = nsbox.run("import", wrong.toString());
    assertEquals(125, refused.code());
    assertTrue(refused.err().contains("diff ID should be blake3:"), refused.err());

    nsbox.run("rmi", "blake3:1").expect(0);
    assertTrue(!snapshots().contains("blake3-" + hex), snapshots()::toString);
  }
}
