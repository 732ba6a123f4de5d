package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.entry;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.layer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import nsbox.linux.Errno;
import nsbox.linux.LinuxException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A file system that is full, of bytes or of files, takes nothing and keeps nothing.
@Timeout(120)
class FullDiskTest extends RootTest {
  private static final int MEBIBYTE = 1 << 20;

  private Path disk;

  private void mount(String options) throws Exception {
    disk = Files.createDirectory(temporary.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", options, "nsbox-test", disk.toString());
    snapshots = Snapshots.open(disk.resolve("snapshots"));
  }

  @AfterEach
  void unmount() throws Exception {
    if (disk != null) {
      run("umount", disk.toString());
    }
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(30, TimeUnit.SECONDS), command[0]);
    assertEquals(0, process.exitValue(), said);
  }

  /// Unpacks what does not fit, then makes room by `options` and unpacks it again.
  private void fillsThenFits(List<byte[]> tars, String options) throws Exception {
    long before = usedBytes();
    LinuxException full =
        assertThrows(
            LinuxException.class,
            () -> snapshots.applyAll(ApplyAllTest.layers(tars), ApplyAllTest.chain(tars), 2));
    assertEquals(Errno.ENOSPC, full.errno());
    assertEquals(List.of(), snapshots.list());
    try (var left = Files.list(disk.resolve("snapshots"))) {
      assertEquals(List.of(), left.toList());
    }
    assertEquals(before, usedBytes());
    run("mount", "-o", "remount," + options, disk.toString());
    snapshots.applyAll(ApplyAllTest.layers(tars), ApplyAllTest.chain(tars), 2);
    assertEquals(tars.size(), snapshots.list().size());
  }

  private long usedBytes() throws IOException {
    var store = Files.getFileStore(disk);
    return store.getTotalSpace() - store.getUnallocatedSpace();
  }

  @Test
  void ofBytes() throws Exception {
    mount("size=4m");
    List<byte[]> tars =
        List.of(
            layer(file("small", "s")),
            layer(entry('0', TarFixture.bytes("a"), new byte[0], 0644, new byte[3 * MEBIBYTE])),
            layer(entry('0', TarFixture.bytes("b"), new byte[0], 0644, new byte[3 * MEBIBYTE])));
    fillsThenFits(tars, "size=16m");
  }

  @Test
  void ofFiles() throws Exception {
    mount("size=16m,nr_inodes=500");
    List<TarFixture.Entry> many = new ArrayList<>(List.of(directory("many/")));
    for (int i = 0; i < 600; i++) {
      many.add(file("many/" + i, ""));
    }
    List<byte[]> tars =
        List.of(layer(file("small", "s")), layer(many.toArray(TarFixture.Entry[]::new)));
    fillsThenFits(tars, "nr_inodes=2000");
  }

  @Test
  void refusesWhereNoDirectoryFits() throws Exception {
    mount("size=16m,nr_inodes=2");
    byte[] tar = layer(file("small", "s"));
    fillsThenFits(List.of(tar), "nr_inodes=100");
  }
}
