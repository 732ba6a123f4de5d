package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// A disk that is full, and one that loses its power.
final class PullDiskTest extends RegistryTests {
  private static final int MEBIBYTE = 1 << 20;

  @Test
  void leavesAValidStoreOnAFullDisk() throws Exception {
    Crafted small = Crafted.random(1, MEBIBYTE);
    Crafted large = Crafted.random(2, 8 * MEBIBYTE, 40 * MEBIBYTE);
    String smallName = pushed(small);
    String largeName = pushed(large);
    try (Disk disk = Disk.ofMebibytes(48)) {
      Path root = disk.path().resolve("root");
      Store there = new Store(root);
      startAt(root, "pull", smallName).finish().expect(0);
      List<String> before = there.listing();
      saysWhy(startAt(root, "pull", largeName).finish(), "(?i)no space|full");
      assertEquals(before, there.listing());
      there.assertSound();
      Path folder = Files.createDirectory(scratch.resolve("read"));
      Outside.run(
          "skopeo",
          "--insecure-policy",
          "copy",
          "-q",
          "oci:" + there.layout() + ":" + smallName,
          "dir:" + folder);
      assertEquals(0, startAt(root, "run", "--rm", smallName).finish().code());
    }
  }

  @Test
  void keepsWhatPullSaid() throws Exception {
    Crafted image = Crafted.random(3, MEBIBYTE, 16 * MEBIBYTE);
    String name = pushed(image);
    run("pull", name).expect(0);
    try (Disk disk = Disk.ofMebibytes(256)) {
      Path root = disk.path().resolve("root");
      startAt(root, "pull", name).finish().expect(0);
      disk.cutPower();
      disk.powerOn();
      isIntact(root, image, name);
    }
  }

  @Test
  void repairsAPullThatWasCut() throws Exception {
    Crafted image = Crafted.random(4, MEBIBYTE, 16 * MEBIBYTE);
    String name = pushed(image);
    for (int millis = 300; millis <= 2100; millis += 450) {
      proxy.on("GET .*/blobs/", Faults.drip(12 * MEBIBYTE));
      try (Disk disk = Disk.ofMebibytes(256)) {
        Path root = disk.path().resolve("root");
        Running run = startAt(root, "pull", "--retry", "0", name);
        Thread.sleep(millis);
        disk.cutPower();
        Result cut = run.finish();
        disk.powerOn();
        new Store(root).assertSound();
        if (cut.code() == 0) {
          isIntact(root, image, name);
        }
        proxy.reset();
        startAt(root, "pull", name).finish().expect(0);
        isIntact(root, image, name);
      }
    }
  }

  private void isIntact(Path root, Crafted image, String name) throws Exception {
    Store there = new Store(root);
    there.assertSound();
    for (Blob layer : image.layers()) {
      assertEquals(true, there.blobs().contains(layer.digest().substring(7)), layer.digest());
    }
    String images = startAt(root, "images", "--no-trunc").finish().expect(0).out();
    assertEquals(1, images.lines().filter(it -> it.contains(image.imageId())).count(), images);
    /* A copy that never lost its power unpacks the same. */
    startAt(nsbox.root, "pull", name).finish().expect(0);
    String command = "find . -type f -exec sha256sum {} + | sort";
    Path ours = nsbox.root.resolve("snapshots");
    String all = Outside.run("sh", "-c", "cd " + ours + " && " + command);
    String here = Outside.run("sh", "-c", "cd " + root.resolve("snapshots") + " && " + command);
    here.lines().forEach(it -> assertEquals(true, all.contains(it), it));
    assertNotEquals("", here);
    assertEquals(0, startAt(root, "run", "--rm", name).finish().code());
  }
}
