package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How an image's layers become a root: as many as docker takes, from a store with any name.
final class LayersTest extends EndToEnd {
  private static final String LAYER =
      "d4e6fd67dcf75e40c451560ac7265166c2b72a0f38ddc9aae756a7de3d1efa0c";
  private static final String DIFF_ID =
      "1bccf10afce5c1ffe31381419930ad565c1436eaeb1ca680494b0663e0028419";

  /* As kernels write it that know these two ways to sync, or more. */
  private static final String VOLATILE = "(?s).*,(fsync=)?volatile[,\n].*";

  /// Alpine, and above it layers with one file of their own each, and one that all have.
  private Path image(int layers) throws Exception {
    Layout layout =
        new Layout(nsbox.folder.resolve("layout-" + layers))
            .layer(layout("alpine"), LAYER, DIFF_ID);
    for (int number = 2; number <= layers; number++) {
      layout.layer(
          Layout.file("own-" + number, "of " + number), Layout.file("topmost", number + "\n"));
    }
    return layout.write("layers:" + layers);
  }

  private static Result expected(int layers) {
    return new Result(0, "3.20.0\nof 2\n" + layers + "\n" + (layers - 1) + "\n", "");
  }

  private static final String SCRIPT =
      "grep -o '^3.20.*' /etc/alpine-release | sed 's/3.20.*/3.20.0/'; cat /own-2; echo; "
          + "cat /topmost; ls / | grep -c own-";

  @ParameterizedTest
  @ValueSource(ints = {2, 120, 127})
  void runsAnImageOfManyLayers(int layers) throws Exception {
    nsbox.run("import", image(layers).toString()).expect(0);
    assertEquals(
        expected(layers), nsbox.run("run", "--rm", "layers:" + layers, "sh", "-c", SCRIPT));
  }

  /* No path of this store fits into one fsconfig(2), and all its separators stand in it. */
  @Test
  void runsManyLayersFromAStoreWithALongAndOddName() throws Exception {
    Path store = nsbox.folder.resolve("a,b:c\\d".repeat(30)).resolve("e,f".repeat(60));
    Map<String, String> roots =
        Map.of("NSBOX_ROOT", store.toString(), "NSBOX_RUN_ROOT", nsbox.runRoot.toString());
    nsbox.start(roots, List.of("nsbox", "import", image(120).toString())).finish().expect(0);
    assertEquals(
        expected(120),
        nsbox
            .start(roots, List.of("nsbox", "run", "--rm", "layers:120", "sh", "-c", SCRIPT))
            .finish());
    assertEquals(List.of(), Nsbox.entries(store.resolve("containers")));
  }

  @Test
  void skipsEverySyncOfAContainerThatIsThrownAway() throws Exception {
    importAlpine();
    Nsbox.Running running = nsbox.start("run", "--rm", ALPINE, "sh", "-c", "echo up; sleep 60");
    running.awaitOut("up");
    String id = nsbox.containers().getFirst();
    String options = rootOptions(nsbox.initOf(id));
    assertTrue(options.matches(VOLATILE), options);
    Path mark = nsbox.root.resolve("containers").resolve(id).resolve("work/work/incompat/volatile");
    assertTrue(Files.isDirectory(mark));
    nsbox.run("rm", "-f", id).expect(0);
    running.finish();
    assertFalse(Files.exists(mark));
  }

  /* An upper directory that was mounted so is refused by the kernel the next time. */
  @Test
  void syncsAsEverWhereTheContainerStays() throws Exception {
    importAlpine();
    Nsbox.Running running = nsbox.start("run", ALPINE, "sh", "-c", "echo up; sleep 60");
    running.awaitOut("up");
    String id = nsbox.containers().getFirst();
    String options = rootOptions(nsbox.initOf(id));
    assertTrue(options.contains(",workdir="), options);
    assertFalse(options.contains("volatile"), options);
    Path container = nsbox.root.resolve("containers").resolve(id);
    assertFalse(Files.exists(container.resolve("work/work/incompat")));
    nsbox.run("rm", "-f", id).expect(0);
    running.finish();
  }

  /// The options of the overlay that is the root of a process, as of mountinfo.
  private static String rootOptions(long pid) throws Exception {
    return Files.readAllLines(Path.of("/proc/" + pid + "/mountinfo")).stream()
            .filter(line -> line.contains(" / / ") && line.contains(" - overlay "))
            .findFirst()
            .orElseThrow()
        + "\n";
  }
}
