package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.opaque;
import static nsbox.snapshot.TarFixture.whiteout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Stores on file systems that lack what overlayfs needs.
class UnsuitedFileSystemTest extends RootTest {
  private interface Work {
    void run(Path disk) throws Exception;
  }

  private void on(List<String> mount, Work work) throws Exception {
    Path disk = empty();
    run(mount, disk);
    try {
      work.run(disk);
    } finally {
      run(List.of("umount"), disk);
    }
  }

  private static void run(List<String> command, Path disk) throws Exception {
    List<String> words = new java.util.ArrayList<>(command);
    words.add(disk.toString());
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), said);
  }

  private List<String> overlay() throws IOException {
    String options = "lowerdir=%s,upperdir=%s,workdir=%s".formatted(empty(), empty(), empty());
    return List.of("mount", "-t", "overlay", "overlay", "-o", options);
  }

  private static List<String> ofType(String type) {
    return List.of("mount", "-t", type, type);
  }

  @Test
  void aStoreKeepsTheDriverThatItsFileSystemAllows() throws Exception {
    assertEquals("overlay", Drivers.ofStore(snapshots).name());
    on(
        ofType("tmpfs"),
        disk -> assertEquals("overlay", Drivers.ofStore(Snapshots.open(disk.resolve("s"))).name()));
    on(
        ofType("ramfs"),
        disk -> assertEquals("copy", Drivers.ofStore(Snapshots.open(disk.resolve("s"))).name()));
    on(
        overlay(),
        disk -> {
          assertEquals("copy", Drivers.ofStore(Snapshots.open(disk.resolve("a/s"))).name());
          Snapshots again = Snapshots.open(disk.resolve("a/s"));
          assertEquals("copy", Drivers.ofStore(again).name());
          assertEquals(List.of(), again.list());
          assertEquals(List.of("s"), List.of(disk.resolve("a").toFile().list()));
        });
  }

  @Test
  void aStoreWithoutAChoiceUsesOverlay() throws Exception {
    on(
        ofType("ramfs"),
        disk -> {
          Files.createDirectory(disk.resolve("s"));
          assertEquals("overlay", Drivers.ofStore(Snapshots.open(disk.resolve("s"))).name());
        });
  }

  @Test
  void aChoiceOfAnotherVersionIsAnError() throws IOException {
    Files.writeString(root.resolve("driver"), "erofs\n");
    IOException unknown = assertThrows(IOException.class, () -> Drivers.ofStore(snapshots));
    assertEquals(
        root.resolve("driver") + " names no driver that this version knows: erofs",
        unknown.getMessage());
  }

  @Test
  void driversHaveNames() {
    assertInstanceOf(CopyDriver.class, Drivers.named("vfs", snapshots));
    assertInstanceOf(CopyDriver.class, Drivers.named("copy", snapshots));
    assertInstanceOf(OverlayDriver.class, Drivers.named("overlay", snapshots));
    assertNull(Drivers.named("btrfs", snapshots));
  }

  /* ramfs has no attributes at all. */
  @Test
  void opaqueDirectoriesNeedNoAttributeToBeCopied() throws Exception {
    TarFixture.Entry[][] layers = {
      {file("d/hidden", ""), file("d/sub/hidden", ""), file("kept", "")},
      {directory("d/"), opaque("d"), file("d/sub/new", "")},
      {file("d/top", "")}
    };
    Stack expected = stack();
    for (TarFixture.Entry[] layer : layers) {
      expected.add(layer);
    }
    on(
        ofType("ramfs"),
        disk -> {
          Snapshots without = Snapshots.open(disk.resolve("s"));
          Stack stack = new Stack(without);
          for (TarFixture.Entry[] layer : layers) {
            stack.add(layer);
          }
          Map<String, String> merged = stack.merged(empty());
          assertEquals(expected.merged(empty()), merged);
          assertFalse(merged.containsKey("d/hidden"));
          assertInstanceOf(
              MergedTree.Lookup.Absent.class, without.merged(stack.chain()).read("d/hidden", 10));
          assertInstanceOf(
              MergedTree.Lookup.Content.class, without.merged(stack.chain()).read("d/top", 10));
          UnsuitedFileSystemException refused =
              assertThrows(
                  UnsuitedFileSystemException.class, () -> without.lowerDirectories(stack.chain()));
          assertTrue(refused.getMessage().contains(stack.chain().get(1)), refused.getMessage());
        });
  }

  /* What only hides whole layers is done without the attribute, also by overlayfs. */
  @Test
  void anOpaqueRootNeedsNoAttribute() throws Exception {
    on(
        ofType("ramfs"),
        disk -> {
          Snapshots without = Snapshots.open(disk.resolve("s"));
          Stack stack = new Stack(without).add(file("a", "")).add(file("b", ""), opaque(""));
          assertEquals(1, without.lowerDirectories(stack.chain()).size());
        });
  }

  @Test
  void whiteoutsThatCannotBeMadeAreAClearError() throws Exception {
    on(
        overlay(),
        disk -> {
          Snapshots without = Snapshots.open(disk.resolve("s"));
          Stack stack = new Stack(without).add(file("etc/removed", ""));
          UnsuitedFileSystemException refused =
              assertThrows(
                  UnsuitedFileSystemException.class, () -> stack.add(whiteout("etc/removed")));
          assertEquals(
              "the file system where layers are unpacked cannot hold whiteouts (character devices"
                  + " 0:0), and a layer takes etc/removed away from those below it",
              refused.getMessage());
          assertEquals(stack.chain(), without.list());
          assertEquals(
              List.of("driver"),
              List.of(disk.resolve("s").toFile().list((_, name) -> !name.matches("[0-9a-f]{64}"))));
        });
  }
}
