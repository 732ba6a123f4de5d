package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Layout;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// What a command has said is there, is there after the power was cut.
final class PowerCutTest extends EndToEnd {
  private static final String NAME = "cut:1";
  private static final int DISK_MEBIBYTES = 512;

  private Path layout;

  @Override
  protected void prepare() throws Exception {
    layout = image();
    nsbox.run("import", layout.toString()).expect(0);
  }

  /// Four layers: a program, large files, very many small ones, and changes of those below.
  private Path image() throws Exception {
    Blob hello = Blob.helloLayer();
    List<Layout.Entry> small = new ArrayList<>(List.of(Layout.folder("small")));
    for (int i = 0; i < 2000; i++) {
      small.add(Layout.file("small/" + i, "content of the file " + i + "\n"));
    }
    small.add(Layout.link("small/link", "../large/0"));
    return new Layout(nsbox.folder.resolve("layout"))
        .layer(
            Nsbox.HOME.resolve("lib/images/hello"),
            hello.digest().substring(7),
            hello.diffId().substring(7))
        .layer(
            Layout.folder("large"),
            Layout.file("large/0", "0123456789abcdef".repeat(1 << 19)),
            Layout.file("large/1", "fedcba9876543210".repeat(1 << 19)))
        .layer(small.toArray(new Layout.Entry[0]))
        .layer(Layout.file("small/.wh.7", ""), Layout.file("large/1", "another"))
        .config("\"Cmd\":[\"/hello\"]")
        .write(NAME);
  }

  private Running start(Disk disk, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("nsbox"));
    command.addAll(List.of(arguments));
    return nsbox.start(Map.of("NSBOX_ROOT", root(disk).toString()), command);
  }

  private static Path root(Disk disk) {
    return disk.path().resolve("root");
  }

  @Test
  void losesWhatNobodySynced() throws Exception {
    try (Disk disk = Disk.ofMebibytes(64)) {
      Path file = disk.path().resolve("unsynced");
      Files.writeString(file, "gone");
      disk.cutPower();
      disk.powerOn();
      assertTrue(!Files.exists(file) || Files.size(file) == 0, "the cut cuts nothing");
    }
  }

  @Test
  void keepsWhatImportSaid() throws Exception {
    try (Disk disk = Disk.ofMebibytes(DISK_MEBIBYTES)) {
      assertEquals(
          new Result(0, NAME + "\n", ""), start(disk, "import", layout.toString()).finish());
      disk.cutPower();
      disk.powerOn();
      isIntact(disk);
    }
  }

  @Test
  void repairsAnImportThatWasCut() throws Exception {
    Running whole =
        nsbox.start(
            Map.of("NSBOX_ROOT", nsbox.folder + "/timed"),
            List.of("nsbox", "import", layout.toString()));
    long start = System.nanoTime();
    whole.finish().expect(0);
    long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
    for (int tenth = 1; tenth <= 9; tenth += 2) {
      try (Disk disk = Disk.ofMebibytes(DISK_MEBIBYTES)) {
        Running run = start(disk, "import", layout.toString());
        Thread.sleep(millis * tenth / 10);
        disk.cutPower();
        Result result = run.finish();
        disk.powerOn();
        Store store = new Store(root(disk));
        store.assertSound();
        if (result.code() == 0) {
          isIntact(disk);
        } else {
          assertEquals("", result.out());
        }
        start(disk, "import", layout.toString()).finish().expect(0);
        isIntact(disk);
      }
    }
  }

  /// The store is as one that never lost its power, and its image runs.
  private void isIntact(Disk disk) throws Exception {
    Store store = new Store(root(disk));
    store.assertSound();
    store.assertSameAs(new Store(nsbox.root));
    String images = start(disk, "images").finish().expect(0).out();
    assertTrue(images.lines().anyMatch(it -> it.startsWith("cut ")), images);
    Result run = start(disk, "run", "--rm", NAME).finish();
    assertEquals(0, run.code(), run::toString);
    assertNotEquals("", run.out());
  }
}
