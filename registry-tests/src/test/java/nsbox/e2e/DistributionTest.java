package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// The distribution by itself: the image that comes with it, its folders, other places.
final class DistributionTest extends EndToEnd {
  @Test
  void greetsFromAnEmptyRoot() throws Exception {
    nsbox.sh("rm -rf root run").expect(0);
    Result result = nsbox.run("run", "hello").expect(0);
    assertEquals("", result.err());
    List<String> lines = result.out().lines().toList();
    assertEquals("Hello from a container that nsbox made.", lines.getFirst());
    assertTrue(lines.contains("  PID          1, of 1 that I can see"), result.out());
    assertTrue(lines.contains("  user         0:0"), result.out());
    assertTrue(lines.contains("  overlay      /"), result.out());
    assertTrue(lines.contains("  capabilities 00000000800405fb"), result.out());
    assertTrue(lines.contains("  seccomp      2"), result.out());
    String id = nsbox.containers().getFirst();
    assertTrue(lines.contains("  hostname     " + id.substring(0, 12)), result.out());
    String images = nsbox.run("images").expect(0).out();
    assertEquals(1, images.lines().filter(it -> it.startsWith("hello ")).count(), images);
  }

  @Test
  void takesItsFoldersFromFlagsBeforeTheEnvironment() throws Exception {
    Path root = nsbox.folder.resolve("flag-root");
    Path run = nsbox.folder.resolve("flag-run");
    nsbox.run("--root", root.toString(), "--run-root=" + run, "run", "hello").expect(0);
    assertEquals(1, Nsbox.entries(root.resolve("containers")).size());
    assertEquals(List.of(), Nsbox.entries(run));
    assertEquals(List.of(), nsbox.containers());
  }

  @Test
  void refusesAnUnknownGlobalOption() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: unknown option --bogus before the command\n"
                + "  'nsbox --help' lists the options.\n"),
        nsbox.run("--bogus", "ps"));
  }

  @Test
  void runsFromAnotherPlaceWithAnEmptyEnvironment() throws Exception {
    nsbox.sh("cp -r " + Nsbox.HOME + " 'a copy'").expect(0);
    Result result =
        nsbox.sh(
            "env -i 'a copy/bin/nsbox' --root \"$PWD/root\" --run-root \"$PWD/run\" run --rm --network none hello");
    assertEquals(0, result.code(), result.toString());
    assertTrue(result.out().startsWith("Hello from a container that nsbox made.\n"));
  }

  @Test
  void runsThroughALinkOnThePath() throws Exception {
    Files.createDirectory(nsbox.folder.resolve("links"));
    Files.createSymbolicLink(nsbox.folder.resolve("links/nsbox"), Nsbox.HOME.resolve("bin/nsbox"));
    Result result =
        nsbox.sh("cd /; PATH=" + nsbox.folder + "/links:/bin; nsbox run --rm --network none hello");
    assertEquals(0, result.code(), result.toString());
  }

  @Test
  void ignoresOptionsMeantForOtherJvms() throws Exception {
    Result result =
        nsbox.sh(
            "JAVA_TOOL_OPTIONS=-Xbogus JDK_JAVA_OPTIONS=-Xbogus nsbox run --rm --network none hello");
    assertEquals(0, result.code(), result.toString());
    assertEquals("", result.err());
  }

  @Test
  void saysWhatIsMissingWhereItsJvmIsGone() throws Exception {
    nsbox.sh("mkdir -p broken/bin && cp " + Nsbox.HOME + "/bin/nsbox broken/bin").expect(0);
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: cannot start the planner "
                + nsbox.folder
                + "/broken/lib/jvm/bin/java: No such file or directory\n"),
        nsbox.sh("broken/bin/nsbox ps"));
  }
}
