package nsbox.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import nsbox.linux.Fd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What tests of snapshots share: an empty store, and a canary beside it that nothing may touch.
abstract class RootTest {
  Path temporary;
  Path root;
  Path canary;
  Snapshots snapshots;

  private Map<String, String> canaryBefore;

  @BeforeEach
  void prepare() throws IOException {
    assumeTrue(isRoot(), "unpacking sets owners and makes devices, which needs root");
    // Not JUnit's own, which follows no links but complains of each.
    temporary = Files.createTempDirectory(place(), "nsbox-snapshot-test");
    root = temporary.resolve("snapshots");
    snapshots = Snapshots.open(root);
    canary = Files.createDirectories(temporary.resolve("canary"));
    Files.createDirectory(canary.resolve("out"));
    Files.writeString(canary.resolve("secret"), "CANARY");
    canaryBefore = TreeDump.of(canary);
  }

  @AfterEach
  void leavesTheOutsideAlone() throws IOException {
    if (canaryBefore == null) {
      return;
    }
    assertEquals(canaryBefore, TreeDump.of(canary));
    try (Fd parent = WorkDirectory.openRoot(temporary.getParent())) {
      Names.remove(parent, TarFixture.bytes(temporary.getFileName().toString()));
    }
  }

  /// Where the store is made.
  Path place() throws IOException {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /// Memory, where syncing costs nothing; else the usual place.
  static Path fastPlace() {
    Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir"));
  }

  Stack stack() {
    return new Stack(snapshots);
  }

  Path empty() throws IOException {
    return Files.createTempDirectory(temporary, "merged");
  }

  /// Names of all that is in the store, also what is not visible.
  List<String> stored() throws IOException {
    try (var files = Files.list(root)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  static boolean isRoot() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
  }
}
