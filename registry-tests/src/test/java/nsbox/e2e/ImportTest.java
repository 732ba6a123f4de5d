package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Images on their way in: sound ones, and ones that must leave the store as it was.
final class ImportTest extends EndToEnd {
  @Test
  void importsALayoutUnderItsFoldersName() throws Exception {
    assertEquals(
        new Result(0, "alpine:3.20\n", ""), nsbox.run("import", layout("alpine").toString()));
    assertEquals(
        new Result(0, "busybox:1.37\n", ""), nsbox.run("import", layout("busybox").toString()));
    Result shown =
        nsbox.run(
            "run",
            "--rm",
            ALPINE,
            "sh",
            "-c",
            "head -1 /etc/os-release; ps; id -un; grep -c ' / ' /proc/mounts");
    assertEquals(0, shown.code());
    String[] lines = shown.out().split("\n");
    assertEquals("NAME=\"Alpine Linux\"", lines[0]);
    assertEquals("PID   USER     TIME  COMMAND", lines[1]);
    assertTrue(lines[2].startsWith("    1 root      0:00 sh -c head -1"), lines[2]);
    assertEquals(List.of("root", "1"), List.of(lines).subList(lines.length - 2, lines.length));
    assertEquals(
        new Result(0, "BusyBox v1.37.0\n", ""),
        nsbox.sh("nsbox run --rm busybox:1.37 busybox | head -n 1 | cut -d' ' -f1,2"));
  }

  @Test
  void importsTheSameTwice() throws Exception {
    String layout = layout("alpine").toString();
    nsbox.run("import", layout).expect(0);
    List<String> before = listing();
    assertEquals(new Result(0, "alpine:3.20\n", ""), nsbox.run("import", layout));
    assertEquals(before, listing());
  }

  @Test
  void importsATarUnderAName() throws Exception {
    nsbox.sh("tar -C " + layout("alpine") + " -cf layout.tar .").expect(0);
    assertEquals(
        new Result(0, "registry.test:5000/team/a:1\n", ""),
        nsbox.run("import", "--name", "registry.test:5000/team/a:1", "layout.tar"));
    assertEquals(
        new Result(0, "ok\n", ""),
        nsbox.run("run", "--rm", "registry.test:5000/team/a:1", "echo", "ok"));
  }

  @Test
  void importsATarFromStandardInput() throws Exception {
    assertEquals(
        new Result(0, "x:1\n", ""),
        nsbox.sh("tar -C " + layout("alpine") + " -c . | nsbox import --name x:1 -"));
    assertEquals(new Result(0, "ok\n", ""), nsbox.run("run", "--rm", "x:1", "echo", "ok"));
  }

  @Test
  void listsImagesInColumns() throws Exception {
    importAlpine();
    Result images = nsbox.run("images").expect(0);
    Pattern row =
        Pattern.compile("alpine +3\\.20 +ee0654573208 +\\d+ (months|years) ago +7\\.79MB");
    assertEquals(
        List.of("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"),
        List.of(images.out().lines().findFirst().orElseThrow().split("  +")));
    assertEquals(
        1, images.out().lines().filter(it -> row.matcher(it).matches()).count(), images.out());
    assertTrue(nsbox.run("images", "-q").out().lines().anyMatch("ee0654573208"::equals));
  }

  @Test
  void refusesAFolderThatIsNoLayout() throws Exception {
    Path layout = copyOfHello("no-marker");
    Files.delete(layout.resolve("oci-layout"));
    isRefused(layout, "oci-layout");
  }

  @Test
  void refusesAnIndexThatIsNoJson() throws Exception {
    Path layout = copyOfHello("no-json");
    Files.writeString(layout.resolve("index.json"), "{not json");
    isRefused(layout, "index.json");
  }

  @Test
  void refusesAnEmptyFolder() throws Exception {
    isRefused(Files.createDirectory(nsbox.folder.resolve("empty")), "oci-layout");
  }

  @Test
  void refusesAMissingFolder() throws Exception {
    isRefused(nsbox.folder.resolve("missing"), "missing");
  }

  @Test
  void refusesATruncatedLayer() throws Exception {
    Path layout = copyOfHello("truncated");
    Path layer = largestBlob(layout);
    byte[] bytes = Files.readAllBytes(layer);
    Files.write(layer, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    isRefused(layout, layer.getFileName().toString());
  }

  @Test
  void refusesABlobThatIsNotItsDigest() throws Exception {
    Path layout = copyOfHello("flipped");
    Path layer = largestBlob(layout);
    byte[] bytes = Files.readAllBytes(layer);
    bytes[bytes.length / 2] ^= 1;
    Files.write(layer, bytes);
    isRefused(layout, layer.getFileName().toString());
  }

  @Test
  void refusesAMissingBlob() throws Exception {
    Path layout = copyOfHello("missing-blob");
    Path layer = largestBlob(layout);
    Files.delete(layer);
    isRefused(layout, layer.getFileName().toString());
  }

  @Test
  void refusesATarThatEndsEarly() throws Exception {
    nsbox.sh("tar -C " + copyOfHello("early") + " -c . | head -c 20000 > early.tar").expect(0);
    isRefused(nsbox.folder.resolve("early.tar"), "early.tar");
  }

  @Test
  void refusesABadName() throws Exception {
    List<String> before = listing();
    Result result = nsbox.run("import", "--name", "Not Good", copyOfHello("name").toString());
    assertEquals(125, result.code());
    assertTrue(result.err().startsWith("nsbox: not an image reference: \"Not Good\": "));
    assertEquals(before, listing());
  }

  private Path copyOfHello(String name) throws Exception {
    Path copy = nsbox.folder.resolve(name);
    nsbox.sh("cp -r " + Nsbox.HOME.resolve("lib/images/hello") + " " + copy).expect(0);
    return copy;
  }

  private static Path largestBlob(Path layout) throws IOException {
    try (Stream<Path> blobs = Files.list(layout.resolve("blobs/sha256"))) {
      return blobs.max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length())).get();
    }
  }

  /// One message that names the object, exit code 125, and a store that is as it was.
  private void isRefused(Path layout, String object) throws Exception {
    nsbox.run("images").expect(0);
    List<String> before = listing();
    Result result = nsbox.run("import", "--name", "broken:1", layout.toString());
    assertEquals(125, result.code());
    assertEquals("", result.out());
    String first = result.err().lines().findFirst().orElse("");
    assertTrue(first.startsWith("nsbox: ") && first.contains(object), result.err());
    assertTrue(!result.err().contains("internal error"), result.err());
    assertEquals(before, listing());
  }

  /// Every file of the store with its content, but what has happened to it.
  private List<String> listing() throws IOException {
    try (Stream<Path> files = Files.walk(nsbox.root)) {
      return files
          .filter(it -> !it.endsWith("events.jsonl"))
          .sorted()
          .map(ImportTest::line)
          .toList();
    }
  }

  private static String line(Path path) {
    try {
      return path
          + " "
          + (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
              ? Layout.sha256(Files.readAllBytes(path))
              : "");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
