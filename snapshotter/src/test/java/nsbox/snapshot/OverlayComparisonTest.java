package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.opaque;
import static nsbox.snapshot.TarFixture.symlink;
import static nsbox.snapshot.TarFixture.whiteout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What the kernel shows of snapshots must be what we say that they show.
class OverlayComparisonTest extends RootTest {
  @Test
  void kernelShowsWhatIsMaterialized() throws Exception {
    assertSameInTheKernel(
        stack()
            .add(
                directory("./").mode(0711),
                directory("d/").mode(01777).owner(5, 6),
                file("d/in", "1"),
                file("d/sub/deep", "2"),
                file("e/x", "3"),
                file("e/y/z", "4"),
                file("f", "5"),
                file("g/h", "6"),
                symlink("l", "d"),
                file("o/p/q", "7"))
            .add(
                whiteout("d/in"),
                file("l/new", "through a link of the layer below"),
                opaque("e"),
                whiteout("e/y/z"),
                file("e/y/new", ""),
                whiteout("g"),
                file("g/i", ""),
                whiteout("absent"),
                whiteout("o/p"),
                TarFixture.hardlink("f2", "f"))
            .add(
                file("d", "a file now"),
                directory("d/"),
                file("d/last", ""),
                whiteout("e/x"),
                file("o/p/r", ""),
                whiteout("f")));
  }

  @Test
  void kernelHidesWhatAnOpaqueRootHides() throws Exception {
    assertSameInTheKernel(
        stack()
            .add(file("hidden/x", ""))
            .add(file("a/b", ""), opaque(""))
            .add(file("a/c", ""), whiteout("a/b")));
  }

  private void assertSameInTheKernel(Stack stack) throws Exception {
    List<String> lowers = new ArrayList<>();
    snapshots.lowerDirectories(stack.chain()).forEach(path -> lowers.add(path.toString()));
    Path mount = Files.createDirectory(temporary.resolve("mount"));
    Path shown = Files.createDirectory(temporary.resolve("shown"));
    // In a mount namespace of its own, so that no mount can stay behind.
    String script =
        """
        mount --make-rprivate / &&
        mount -t overlay overlay -o ro,lowerdir=%s %s || exit 77
        cp -a %s/. %s/
        """
            .formatted(lowers.stream().collect(Collectors.joining(":")), mount, mount, shown);
    Process process =
        new ProcessBuilder("unshare", "--mount", "sh", "-c", script)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes());
    int status = process.waitFor();
    assumeTrue(status != 77, "no overlay can be mounted here: " + said);
    assertEquals(0, status, said);
    assertEquals(
        String.join("\n", stack.merged(empty()).entrySet().toString().split(", ")),
        String.join("\n", TreeDump.of(shown).entrySet().toString().split(", ")));
  }
}
