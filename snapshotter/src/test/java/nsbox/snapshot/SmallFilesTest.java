package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.hardlink;
import static nsbox.snapshot.TarFixture.layer;
import static nsbox.snapshot.TarFixture.symlink;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import nsbox.linux.Fd;
import nsbox.linux.Xattr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Layers of many small files, which other threads make, and whose removal takes two.
@Timeout(120)
class SmallFilesTest extends RootTest {
  private static final byte[] DEFAULT_ACL = TarFixture.bytes("system.posix_acl_default");

  /// A structure of 8 bytes for each of owner (all), group and others (nothing), after a version.
  private static final byte[] OWNER_ALONE = {
    2, 0, 0, 0, 1, 0, 7, 0, -1, -1, -1, -1, 4, 0, 0, 0, -1, -1, -1, -1, 32, 0, 0, 0, -1, -1, -1, -1
  };

  @Test
  void otherThreadsMakeTheSameTree() throws IOException {
    byte[] tar = layer(busy());
    Map<String, String> alone = stack().add(tar).top();
    Snapshots others = Snapshots.open(temporary.resolve("others"));
    String chainId = Stack.digest(tar);
    others.applyAll(List.of(Stack.layer(chainId, tar)), List.of(chainId), 4);
    assertEquals(alone, TreeDump.of(others.directory(chainId)));
    assertTrue(alone.get("d3/f7").startsWith("104755 7:8 size 300 modified 1007.0 "));
    assertTrue(alone.get("d3/f8").startsWith("100644 0:0 size 5 modified 1000000.0 "));
    assertTrue(alone.get("links/d9").contains(" same as d9/f5"));
    assertFalse(alone.containsKey("d5/f1"));
  }

  /// Whatever comes to what is being made has to wait for it.
  private static TarFixture.Entry[] busy() {
    List<TarFixture.Entry> entries = new ArrayList<>();
    for (int d = 0; d < 60; d++) {
      entries.add(directory("d" + d).mode(0500 + d % 8).modified(50 + d));
      for (int f = 0; f < 40; f++) {
        TarFixture.Entry file = file("d" + d + "/f" + f, "x".repeat(d * 100)).modified(1000 + f);
        entries.add(f % 10 == 7 ? file.mode(04755).owner(7, 8) : file.mode(0600 + f));
      }
      entries.add(file("d" + d + "/f8", "again"));
      switch (d % 6) {
        case 0 -> entries.add(file("d" + d + "/sub/x", "x"));
        case 1 -> entries.add(symlink("d" + d + "/f0", "nowhere"));
        case 2 -> entries.add(directory("d" + d + "/f0").mode(0711));
        case 3 -> entries.add(hardlink("links/d" + d, "d" + d + "/f5"));
        case 4 -> entries.add(file("d" + d + "/f0", "y".repeat(100_000)));
        default -> entries.add(file("d" + d, "a file now"));
      }
    }
    return entries.toArray(TarFixture.Entry[]::new);
  }

  @Test
  void aFailureOfAnotherThreadNamesItsEntry() throws IOException {
    List<TarFixture.Entry> entries = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      TarFixture.Entry file = file("d" + i / 50 + "/f" + i, "x");
      entries.add(i == 111 ? file.pax("SCHILY.xattr.user.long", "x".repeat(70_000)) : file);
    }
    byte[] tar = layer(entries.toArray(TarFixture.Entry[]::new));
    String chainId = Stack.digest(tar);
    List<Layer> layers = List.of(Stack.layer(chainId, tar));
    for (int workers = 1; workers < 4; workers++) {
      int count = workers;
      LayerException.BadEntry failure =
          assertThrows(
              LayerException.BadEntry.class,
              () -> snapshots.applyAll(layers, List.of(chainId), count));
      assertEquals("d2/f111", failure.entry());
      assertEquals(List.of(), stored());
    }
  }

  @Test
  void spareWorkersTakeNothingThatWouldWait() throws Exception {
    SpareWorkers spare = new SpareWorkers();
    AtomicInteger done = new AtomicInteger();
    assertFalse(spare.take(done::incrementAndGet));
    Thread worker = Thread.ofPlatform().daemon().start(spare::serve);
    while (!spare.take(done::incrementAndGet)) {
      Thread.sleep(1);
    }
    while (done.get() == 0) {
      Thread.sleep(1);
    }
    worker.interrupt();
    worker.join();
    assertEquals(1, done.get());
    assertFalse(spare.take(done::incrementAndGet));
  }

  @Test
  void permissionsAreRightWhateverTheHostTakesAway() throws IOException {
    try (Fd fd = WorkDirectory.openRoot(root)) {
      Xattr.set(fd, DEFAULT_ACL, OWNER_ALONE);
    }
    Map<String, String> top =
        stack().add(file("a", "").mode(0644), file("b", "").mode(0777).owner(5, 6)).top();
    assertTrue(top.get("a").startsWith("100644 0:0 "), top.get("a"));
    assertTrue(top.get("b").startsWith("100777 5:6 "), top.get("b"));
  }

  @Test
  void hidesSnapshotsBeforeTheirFilesGo() throws IOException {
    byte[] tar = layer(busy());
    stack().add(tar);
    String chainId = Stack.digest(tar);
    snapshots.hide(List.of(chainId, Stack.digest(new byte[1])));
    assertFalse(snapshots.contains(chainId));
    assertEquals(List.of(), snapshots.list());
    assertEquals(1, stored().size());
    assertTrue(stored().getFirst().startsWith(".gone-"));
    snapshots.sweep();
    assertEquals(List.of(), stored());
  }

  @Test
  void removesDeepAndWideTrees() throws IOException {
    List<TarFixture.Entry> entries = new ArrayList<>();
    entries.add(file("d/".repeat(40) + "deep", "x"));
    for (int i = 0; i < 300; i++) {
      entries.add(directory("wide/" + i));
      entries.add(symlink("wide/" + i + "/link", canary.toString()));
    }
    byte[] tar = layer(entries.toArray(TarFixture.Entry[]::new));
    stack().add(tar);
    Path fs = snapshots.directory(Stack.digest(tar));
    Path deepest = fs.resolve("d/".repeat(40));
    for (int i = 0; i < 900; i++) {
      deepest = Files.createDirectory(deepest.resolve("e"));
    }
    snapshots.remove(Stack.digest(tar));
    assertEquals(List.of(), stored());
  }
}
