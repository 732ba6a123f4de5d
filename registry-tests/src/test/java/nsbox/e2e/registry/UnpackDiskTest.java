package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Layout;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// Snapshots on a disk that loses its power or fills while they are made.
final class UnpackDiskTest extends EndToEnd {
  private static final String NAME = "cut:2";
  private static final int LAYERS = 6;
  private static final int CUTS = 14;

  private Path layout;
  private Map<String, String> reference;

  @Override
  protected void prepare() throws Exception {
    layout = image();
    nsbox.run("import", layout.toString()).expect(0);
    reference = SnapshotDump.of(nsbox.root);
    assertEquals(LAYERS + 1, reference.size());
  }

  private Path image() throws Exception {
    Blob hello = Blob.helloLayer();
    Layout image =
        new Layout(nsbox.folder.resolve("layout"))
            .layer(
                Nsbox.HOME.resolve("lib/images/hello"),
                hello.digest().substring(7),
                hello.diffId().substring(7));
    for (int layer = 0; layer < LAYERS; layer++) {
      String folder = "layer" + layer;
      List<Layout.Entry> entries = new ArrayList<>(List.of(Layout.folder(folder)));
      for (int i = 0; i < 1000; i++) {
        entries.add(Layout.file(folder + "/" + i, (layer + " " + i + "\n").repeat(i % 300)));
      }
      entries.add(Layout.link(folder + "/link", "../layer0/1"));
      if (layer > 0) {
        entries.add(Layout.file("layer0/.wh." + layer, ""));
      }
      image.layer(entries.toArray(new Layout.Entry[0]));
    }
    return image.config("\"Cmd\":[\"/hello\"]").write(NAME);
  }

  private static Path root(Disk disk) {
    return disk.path().resolve("root");
  }

  private Running start(Disk disk, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("nsbox"));
    command.addAll(List.of(arguments));
    return nsbox.start(Map.of("NSBOX_ROOT", root(disk).toString()), command);
  }

  /// Takes the snapshots away and keeps the blobs, so that the next import only unpacks.
  private static void forget(Disk disk) throws IOException {
    Outside.removeTree(SnapshotDump.folder(root(disk)));
    Outside.run("sync", "-f", disk.path().toString());
  }

  /* Nsbox.await looks too rarely for what lasts milliseconds. */
  private static void awaitTrue(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.call()) {
      assertTrue(System.nanoTime() < end, "nothing shows");
      Thread.sleep(1);
    }
  }

  /// After the power is back: what shows is right, and the next command mends the rest.
  private void isMended(Disk disk) throws Exception {
    Map<String, String> after = SnapshotDump.of(root(disk));
    after.forEach((name, dump) -> assertEquals(reference.get(name), dump, name));
    start(disk, "import", layout.toString()).finish().expect(0);
    assertEquals(List.of(), SnapshotDump.hidden(root(disk)));
    assertEquals(reference, SnapshotDump.of(root(disk)));
  }

  @Test
  void noSnapshotIsWrongAfterAPowerCut() throws Exception {
    try (Disk disk = Disk.ofMebibytes(256)) {
      start(disk, "import", layout.toString()).finish().expect(0);
      forget(disk);
      Running whole = start(disk, "import", layout.toString());
      awaitTrue(() -> !Nsbox.entries(SnapshotDump.folder(root(disk))).isEmpty());
      long start = System.nanoTime();
      whole.finish().expect(0);
      long nanos = System.nanoTime() - start;
      int interrupted = 0;
      for (int cut = 0; cut < CUTS; cut++) {
        forget(disk);
        long millis = nanos * cut / (CUTS - 2) / 1_000_000;
        interrupted +=
            cut(
                disk,
                List.of("import", layout.toString()),
                () -> {
                  awaitTrue(() -> !Nsbox.entries(SnapshotDump.folder(root(disk))).isEmpty());
                  Thread.sleep(millis);
                });
        isMended(disk);
      }
      assertTrue(interrupted >= CUTS / 3, interrupted + " cuts met the work");
    }
  }

  private interface Moment {
    void await() throws Exception;
  }

  /// Starts a command and cuts the power at a moment.
  ///
  /// @return 1 if the command did not come to its end
  private int cut(Disk disk, List<String> command, Moment moment) throws Exception {
    try (Disk.Cut cut = disk.armed()) {
      Running run = start(disk, command.toArray(new String[0]));
      moment.await();
      cut.now();
      Result result = run.finish();
      disk.powerOn();
      return result.code() == 0 ? 0 : 1;
    }
  }

  @Test
  void aSnapshotThatShowedOnceIsRight() throws Exception {
    try (Disk disk = Disk.ofMebibytes(256)) {
      start(disk, "import", layout.toString()).finish().expect(0);
      for (int shown = 1; shown <= LAYERS; shown += 2) {
        int enough = shown;
        forget(disk);
        cut(
            disk,
            List.of("import", layout.toString()),
            () -> awaitTrue(() -> SnapshotDump.visible(root(disk)).size() >= enough));
        isMended(disk);
      }
    }
  }

  @Test
  void aRemovalThatWasCutIsMended() throws Exception {
    try (Disk disk = Disk.ofMebibytes(256)) {
      start(disk, "import", layout.toString()).finish().expect(0);
      for (int gone = 1; gone <= LAYERS; gone += 2) {
        int enough = LAYERS + 1 - gone;
        cut(
            disk,
            List.of("rmi", NAME),
            () -> awaitTrue(() -> SnapshotDump.visible(root(disk)).size() <= enough));
        isMended(disk);
      }
    }
  }

  @Test
  void saysThatTheDiskIsFullAndGivesAllBack() throws Exception {
    try (Disk disk = Disk.ofMebibytes(256)) {
      start(disk, "import", layout.toString()).finish().expect(0);
      forget(disk);
      Path ballast = disk.path().resolve("ballast");
      Outside.attempt("dd", "if=/dev/zero", "of=" + ballast, "bs=64k");
      Outside.run("truncate", "-s", "-2M", ballast.toString());
      isFull(disk, ballast);
    }
  }

  @Test
  void saysThatNoMoreFilesFit() throws Exception {
    try (Disk disk = Disk.ofMebibytes(256)) {
      start(disk, "import", layout.toString()).finish().expect(0);
      forget(disk);
      Path ballast = Files.createDirectory(disk.path().resolve("ballast"));
      /* All but some hundred. */
      Outside.run(
          "python3",
          "-c",
          "import os,sys\n"
              + "os.chdir(sys.argv[1])\n"
              + "for i in range(os.statvfs('.').f_ffree - 500): open(str(i), 'w').close()",
          ballast.toString());
      isFull(disk, ballast);
    }
  }

  private void isFull(Disk disk, Path ballast) throws Exception {
    Outside.run("sync", "-f", disk.path().toString());
    long before = free(disk);
    Result result = start(disk, "import", layout.toString()).finish().expect(125);
    assertEquals("", result.out());
    assertTrue(result.err().contains("no space left on device"), result::err);
    assertEquals(List.of(), Nsbox.entries(SnapshotDump.folder(root(disk))));
    Outside.run("sync", "-f", disk.path().toString());
    assertTrue(free(disk) >= before - (64 << 10), before + " were free, now " + free(disk));
    Outside.removeTree(ballast);
    isMended(disk);
  }

  private static long free(Disk disk) throws IOException {
    return Files.getFileStore(disk.path()).getUnallocatedSpace();
  }
}
