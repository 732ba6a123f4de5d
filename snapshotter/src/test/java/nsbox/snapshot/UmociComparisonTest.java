package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.device;
import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.fifo;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.hardlink;
import static nsbox.snapshot.TarFixture.layer;
import static nsbox.snapshot.TarFixture.opaque;
import static nsbox.snapshot.TarFixture.symlink;
import static nsbox.snapshot.TarFixture.whiteout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The same images, unpacked by umoci and by us, must be alike in every file and every property.
class UmociComparisonTest extends RootTest {
  /// Where images are, if not beside the checkout.
  private static final String IMAGES_PROPERTY = "nsbox.test.images";

  @ParameterizedTest
  @ValueSource(strings = {"alpine", "busybox"})
  void realImages(String name) throws Exception {
    Path layout = images().resolve(name);
    assumeTrue(Files.isDirectory(layout), "no image at " + layout + ": set " + IMAGES_PROPERTY);
    List<OciLayout.Image> images = OciLayout.images(layout);
    assertEquals(2, images.size(), "one image for each platform");
    for (OciLayout.Image image : images) {
      assertSameAsUmoci(image);
    }
  }

  @Test
  void layersMadeInCode() throws Exception {
    assertSameAsUmoci(OciLayout.of(layersInCode().toArray(new byte[0][])));
  }

  @Test
  void layersWrittenFromSnapshots() throws Exception {
    Stack stack = stack();
    for (byte[] tar : layersInCode()) {
      stack.add(tar);
    }
    List<byte[]> written = new ArrayList<>();
    for (String chainId : stack.chain()) {
      ByteArrayOutputStream tar = new ByteArrayOutputStream();
      assertEquals(List.of(), snapshots.diff(chainId).writeTo(tar));
      written.add(tar.toByteArray());
    }
    assertSameAsUmoci(OciLayout.of(written.toArray(new byte[0][])));
  }

  static List<byte[]> layersInCode() {
    byte[] capability = {1, 0, 0, 2, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    return List.of(
        layer(
            directory("./").mode(0751).modified(11),
            directory("usr/").modified(12),
            directory("usr/lib/").modified(13),
            symlink("lib", "usr/lib").owner(3, 4).modified(14),
            directory("tmp/").mode(01777).owner(5, 6).modified(15),
            file("tmp/x", "x"),
            file("usr/lib/ping", "p")
                .mode(04755)
                .owner(7, 8)
                .pax("mtime", "16.123456789")
                .pax("SCHILY.xattr.security.capability", capability),
            hardlink("usr/lib/ping6", "usr/lib/ping"),
            directory("gone/").modified(17),
            file("gone/a", "a"),
            file("gone/b", "b"),
            directory("emptied/"),
            file("emptied/a", "a"),
            file("will-be-dir", ""),
            file("solo", "copied up to be linked, which parts it from other links"),
            fifo("pipe").owner(4294967294L, 1),
            device('3', "null", 1, 3).mode(0666),
            file("\u00e4", "umlaut")),
        layer(
            directory("./").mode(0751).modified(21),
            file("lib/through-link", "x"),
            directory("usr/lib/").modified(22),
            whiteout("gone"),
            directory("emptied/").modified(23),
            opaque("emptied"),
            file("emptied/new", "n"),
            directory("will-be-dir/").modified(24),
            hardlink("linked", "solo"),
            directory("tmp/").mode(01777).owner(5, 6).modified(25),
            whiteout("tmp/x")),
        layer(
            directory("./").mode(0750).modified(31),
            directory("gone/").modified(32),
            file("gone/b", "again").owner(1, 1),
            file("will-be-dir", "and a file again")));
  }

  private void assertSameAsUmoci(OciLayout.Image image) throws Exception {
    assumeTrue(hasUmoci(), "umoci is not installed");
    Path layout = Files.createTempDirectory(temporary, "layout");
    image.write(layout);
    Path bundle = layout.resolve("bundle");
    Process umoci =
        new ProcessBuilder("umoci", "unpack", "--image", layout + ":image", bundle.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(umoci.getInputStream().readAllBytes());
    assertEquals(0, umoci.waitFor(), said);
    Map<String, String> expected = TreeDump.of(bundle.resolve("rootfs"));
    Path merged = empty();
    snapshots.materialize(image.apply(snapshots), merged);
    assertEquals(lines(expected), lines(TreeDump.of(merged)));
  }

  private static String lines(Map<String, String> dump) {
    return String.join("\n", dump.entrySet().stream().map(Map.Entry::toString).toList());
  }

  static Path images() {
    String property = System.getProperty(IMAGES_PROPERTY);
    if (property != null) {
      return Path.of(property);
    }
    Path checkout = Path.of("").toAbsolutePath();
    while (checkout.getParent() != null && !Files.exists(checkout.resolve(".git"))) {
      checkout = checkout.getParent();
    }
    return checkout.resolveSibling("shared").resolve("images");
  }

  private static boolean hasUmoci() throws IOException {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, "umoci")));
  }
}
