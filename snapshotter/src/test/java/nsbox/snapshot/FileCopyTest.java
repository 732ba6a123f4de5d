package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import org.junit.jupiter.api.Test;

class FileCopyTest extends RootTest {
  private static final int MEBI = 1 << 20;

  /* Blocks are of 512 bytes here, whatever the file system has. */
  private static long blocks(Path file) throws Exception {
    return Long.parseLong(said("stat", "-c", "%b", file.toString()).strip());
  }

  private static String said(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), said);
    return said;
  }

  private static Path copy(Path from, Path toFolder) throws IOException {
    try (Fd fromDir = WorkDirectory.openRoot(from.getParent());
        Fd toDir = WorkDirectory.openRoot(toFolder)) {
      byte[] name = bytes(from.getFileName().toString());
      new FileCopy(Metadata.Owner.of(toDir))
          .copy(fromDir, name, Linux.lstatat(fromDir, name), toDir, name);
    }
    return toFolder.resolve(from.getFileName());
  }

  private static void assertSameContent(Path expected, Path copied) throws IOException {
    assertEquals(-1, Files.mismatch(expected, copied));
  }

  /* Hole, data, hole, data, hole. */
  private Path sparse(Path folder) throws IOException {
    Path file = folder.resolve("sparse");
    byte[] data = new byte[MEBI];
    new Random(1).nextBytes(data);
    try (RandomAccessFile writer = new RandomAccessFile(file.toFile(), "rw")) {
      writer.setLength(64 * MEBI);
      writer.seek(8 * MEBI);
      writer.write(data);
      writer.seek(32 * MEBI);
      writer.write(data);
    }
    return file;
  }

  @Test
  void holesStayHoles() throws Exception {
    Path file = sparse(empty());
    Path copied = copy(file, empty());
    assertSameContent(file, copied);
    assertEquals(blocks(file), blocks(copied));
  }

  @Test
  void holesStayHolesOnAnotherFileSystem() throws Exception {
    Path file = sparse(empty());
    Path disk = empty();
    said("mount", "-t", "tmpfs", "tmpfs", disk.toString());
    try {
      Path copied = copy(file, disk);
      assertSameContent(file, copied);
      assertEquals(2 * MEBI / 512, blocks(copied));
    } finally {
      said("umount", disk.toString());
    }
  }

  @Test
  void aFileThatIsNothingButAHoleKeepsItsLength() throws Exception {
    Path file = empty().resolve("hole");
    try (RandomAccessFile writer = new RandomAccessFile(file.toFile(), "rw")) {
      writer.setLength(MEBI + 1);
    }
    Path copied = copy(file, empty());
    assertEquals(MEBI + 1, Files.size(copied));
    assertEquals(0, blocks(copied));
  }

  @Test
  void filesOfAllSizesAreCopied() throws Exception {
    byte[] content = new byte[300_000];
    new Random(2).nextBytes(content);
    for (int size : new int[] {0, 1, 4096, 16_383, 16_384, 16_385, 131_072, 131_073, 300_000}) {
      Path file = Files.write(empty().resolve("file"), Arrays.copyOf(content, size));
      assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(copy(file, empty())));
    }
  }

  /* XFS can share blocks, and is in most kernels. */
  @Test
  void blocksAreSharedWhereTheFileSystemCan() throws Exception {
    Path image = temporary.resolve("xfs");
    try (RandomAccessFile writer = new RandomAccessFile(image.toFile(), "rw")) {
      writer.setLength(320L * MEBI);
    }
    said("mkfs.xfs", "-q", "-m", "reflink=1", image.toString());
    Path disk = empty();
    Process mount =
        new ProcessBuilder("mount", "-o", "loop", image.toString(), disk.toString()).start();
    assumeTrue(mount.waitFor() == 0, "no XFS can be mounted here");
    try {
      Path file = disk.resolve("large");
      byte[] data = new byte[8 * MEBI];
      new Random(3).nextBytes(data);
      Files.write(file, data);
      said("sync", "-f", file.toString());
      long free = Files.getFileStore(disk).getUnallocatedSpace();
      Path copied = copy(file, Files.createDirectory(disk.resolve("copies")));
      said("sync", "-f", copied.toString());
      assertSameContent(file, copied);
      assertTrue(free - Files.getFileStore(disk).getUnallocatedSpace() < MEBI);
    } finally {
      said("umount", disk.toString());
    }
  }
}
