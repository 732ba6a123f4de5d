package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Images that reach for the host, on top of a real one; and one of very many layers.
final class HostileImageTest extends EndToEnd {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String LAYER =
      "d4e6fd67dcf75e40c451560ac7265166c2b72a0f38ddc9aae756a7de3d1efa0c";
  private static final String DIFF_ID =
      "1bccf10afce5c1ffe31381419930ad565c1436eaeb1ca680494b0663e0028419";

  private Path canary;
  private int images;

  @BeforeEach
  void makeCanary() throws Exception {
    canary = Files.createTempDirectory(nsbox.folder, "canary");
    Files.writeString(canary.resolve("mine"), "untouched");
  }

  /// Imports alpine with one more layer, and runs it within the limit of time.
  private Result runWith(String config, Layout.Entry... entries) throws Exception {
    String name = "hostile:" + ++images;
    Path layout =
        new Layout(nsbox.folder.resolve("layout-" + images))
            .layer(layout("alpine"), LAYER, DIFF_ID)
            .layer(entries)
            .config(config)
            .write(name);
    nsbox.run("import", layout.toString()).expect(0);
    long start = System.nanoTime();
    Result result =
        nsbox.run(
            "run", "--rm", "--name", "x", name, "sh", "-c", "echo got in > mine; cat /etc/passwd");
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(LIMIT) < 0, "took " + took);
    return result;
  }

  private void isRefused(String reason, Result result) throws Exception {
    assertEquals(125, result.code(), result.toString());
    assertEquals("", result.out());
    assertTrue(result.err().startsWith("nsbox: ") && result.err().contains(reason), result.err());
    assertTrue(!result.err().contains("internal error"), result.err());
    canaryIsUntouched();
  }

  private void canaryIsUntouched() throws Exception {
    assertEquals(List.of("mine"), Nsbox.entries(canary));
    assertEquals("untouched", Files.readString(canary.resolve("mine")));
  }

  @Test
  void refusesDevThatIsALinkToTheHost() throws Exception {
    Result result = runWith("", Layout.link("dev", canary.toString()));
    isRefused("/dev", result);
  }

  @Test
  void refusesProcThatIsALink() throws Exception {
    isRefused("/proc", runWith("", Layout.link("proc", canary.toString())));
  }

  @Test
  void refusesSysThatIsALink() throws Exception {
    isRefused("/sys", runWith("", Layout.link("sys", canary.toString())));
  }

  @Test
  void doesNotFollowALinkToTheHostForItsOwnFiles() throws Exception {
    Result result = runWith("", Layout.link("etc/hosts", canary.resolve("mine").toString()));
    canaryIsUntouched();
    assertTrue(result.code() == 0 || result.code() == 125, result.toString());
  }

  @Test
  void refusesAPasswordFileThatIsAFifo() throws Exception {
    isRefused("/etc/passwd", runWith("", Layout.fifo("etc/passwd")));
  }

  @Test
  void doesNotReadTheHostsPasswordFile() throws Exception {
    Path secret = Files.writeString(canary.resolve("mine"), "untouched");
    Result result = runWith("\"User\":\"untouched\"", Layout.link("etc/passwd", secret.toString()));
    isRefused("untouched", result);
  }

  @Test
  void refusesAWorkingDirectoryOutsideTheRoot() throws Exception {
    for (int fd = 3; fd < 10; fd++) {
      Result result = runWith("\"WorkingDir\":\"/proc/self/fd/" + fd + "\"", Layout.folder("x"));
      isRefused("/proc/self/fd/" + fd, result);
    }
  }

  @Test
  void keepsAWorkingDirectoryThatIsALinkInsideTheRoot() throws Exception {
    runWith("\"WorkingDir\":\"/w\"", Layout.link("w", canary.toString()));
    canaryIsUntouched();
  }

  @Test
  void refusesVolumeTargetThatLeavesTheRoot() throws Exception {
    Path layout =
        new Layout(nsbox.folder.resolve("volume"))
            .layer(layout("alpine"), LAYER, DIFF_ID)
            .layer(Layout.link("v", canary.toString()))
            .write("volume:1");
    nsbox.run("import", layout.toString()).expect(0);
    nsbox.run("run", "--rm", "-v", "/etc:/v/new", "volume:1", "true");
    canaryIsUntouched();
  }

  @Test
  void runsAnImageOfVeryManyLayers() throws Exception {
    int count = 70;
    Layout layout =
        new Layout(nsbox.folder.resolve("many")).layer(layout("alpine"), LAYER, DIFF_ID);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      layout.layer(
          Layout.folder("many"),
          Layout.file("many/layer-%02d".formatted(i), "x"),
          Layout.file("many/top", "from layer " + i));
      expected.add("layer-%02d".formatted(i));
    }
    expected.add("top");
    nsbox.run("import", layout.write("many:1").toString()).expect(0);
    assertEquals(
        new Result(0, String.join("\n", expected) + "\nfrom layer " + (count - 1), ""),
        nsbox.run("run", "--rm", "many:1", "sh", "-c", "ls /many; cat /many/top"));
  }
}
