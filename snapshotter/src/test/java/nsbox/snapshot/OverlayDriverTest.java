package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.opaque;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OverlayDriverTest extends DriverContract {
  @Override
  Driver driver() {
    return new OverlayDriver(snapshots);
  }

  /// Mode and owner. Times are those of the tree's making, attributes the tree's own.
  @Override
  String promisedOfRoot(String described) {
    return described.substring(0, described.indexOf(" modified"));
  }

  @Test
  void refusesALayerThatTheKernelWouldShowWrongly() throws Exception {
    Stack stack = stack().add(file("d/a", "")).add(file("d/b", ""), opaque("d"));
    Path list = snapshots.directory(stack.chain().getLast()).resolveSibling("opaque");
    Files.write(list, TarFixture.concat(Files.readAllBytes(list), new byte[] {'.', 0}));
    UnsuitedFileSystemException refused =
        assertThrows(
            UnsuitedFileSystemException.class,
            () -> driver().mounts(stack.chain(), temporary.resolve("tree")));
    assertEquals(
        "layer "
            + stack.chain().getLast()
            + " was unpacked where overlayfs finds no attributes, so that an overlay would show it"
            + " wrongly",
        refused.getMessage());
  }
}
