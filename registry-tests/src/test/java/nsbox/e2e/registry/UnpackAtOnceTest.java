package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// Several commands want the same layers unpacked at once, also while they download them.
final class UnpackAtOnceTest extends RegistryTests {
  private static final int MEBIBYTE = 1 << 20;

  private void finishAll(List<Running> all) throws Exception {
    for (Running one : all) {
      one.finish().expect(0);
    }
    assertEquals(List.of(), SnapshotDump.hidden(nsbox.root));
    store.assertSound();
  }

  @Test
  void pullsOfOneImage() throws Exception {
    Crafted image =
        Crafted.random(
            1, MEBIBYTE, MEBIBYTE + 1000, MEBIBYTE + 2000, MEBIBYTE + 3000, MEBIBYTE + 4000);
    String name = pushed(image);
    proxy.on("GET .*/blobs/", Faults.drip(4 * MEBIBYTE));
    List<Running> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(start("pull", name));
      /* Each finds another part of the work taken. */
      Thread.sleep(150);
    }
    finishAll(all);
    for (Blob layer : image.ownLayers()) {
      assertEquals(layer.bytes().length, fetched(layer), layer.digest());
    }
    assertEquals(0, run("run", "--rm", name).code());
  }

  @Test
  void pullsOfImagesThatOverlap() throws Exception {
    List<Blob> common = Crafted.random(2, MEBIBYTE, 2 * MEBIBYTE).ownLayers();
    List<Crafted> images = new ArrayList<>();
    List<String> names = new ArrayList<>();
    Set<Blob> layers = new HashSet<>();
    for (int seed = 3; seed <= 5; seed++) {
      List<Blob> all = new ArrayList<>(common);
      all.addAll(Crafted.random(seed, seed * MEBIBYTE / 2, MEBIBYTE).ownLayers());
      images.add(Crafted.image(all));
      layers.addAll(all);
      names.add(pushed(images.getLast()));
    }
    proxy.on("GET .*/blobs/", Faults.drip(4 * MEBIBYTE));
    int before = SnapshotDump.visible(nsbox.root).size();
    List<Running> all = new ArrayList<>();
    for (String name : names) {
      all.add(start("pull", name));
    }
    for (String name : names.reversed()) {
      all.add(start("pull", name));
    }
    finishAll(all);
    /* The lowest layer may be there from before. */
    int more = SnapshotDump.visible(nsbox.root).size() - before;
    assertEquals(true, more == layers.size() || more == layers.size() + 1, more + " snapshots");
    for (String name : names) {
      assertEquals(0, run("run", "--rm", name).code());
    }
  }

  @Test
  void runsOfOneImageThatIsNotUnpacked() throws Exception {
    String name = pushed(Crafted.random(6, 4 * MEBIBYTE, 2 * MEBIBYTE, 6 * MEBIBYTE));
    pull(name).result().expect(0);
    var reference = SnapshotDump.of(nsbox.root);
    Path snapshots = SnapshotDump.folder(nsbox.root);
    Outside.removeTree(snapshots);
    List<Running> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(start("run", "--rm", name));
    }
    finishAll(all);
    var after = SnapshotDump.of(nsbox.root);
    assertEquals(4, after.size());
    after.forEach((snapshot, dump) -> assertEquals(reference.get(snapshot), dump, snapshot));
  }
}
