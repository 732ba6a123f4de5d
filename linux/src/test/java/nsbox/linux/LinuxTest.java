package nsbox.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxTest {
  private static final byte[] NOT_UTF_8 = {'n', (byte) 0xff, (byte) 0xfe};

  @TempDir Path directory;
  private Fd dir;

  @BeforeEach
  void open() throws IOException {
    dir = Linux.openat2(Fd.NONE, bytes(directory.toString()), OpenFlag.DIRECTORY, 0, 0);
  }

  @AfterEach
  void close() {
    dir.close();
  }

  @Test
  void writesAndReadsUnderNamesThatAreNotUtf8() throws IOException {
    try (Fd file = create(NOT_UTF_8)) {
      Linux.write(file, bytes("hello"), 1, 4);
    }
    try (Fd file = Linux.openat2(dir, NOT_UTF_8, OpenFlag.READ, 0, Resolve.BENEATH)) {
      byte[] read = new byte[8];
      assertEquals(4, Linux.read(file, read, 2, 6));
      assertArrayEquals(new byte[] {0, 0, 'e', 'l', 'l', 'o', 0, 0}, read);
    }
    assertArrayEquals(NOT_UTF_8, Linux.names(dir).getFirst());
  }

  @Test
  void namesTheCallTheObjectAndTheError() {
    LinuxException failure =
        assertThrows(LinuxException.class, () -> Linux.rmdirat(dir, bytes("absent")));
    assertEquals("unlinkat absent: ENOENT", failure.getMessage());
    assertEquals(Errno.ENOENT, failure.errno());
  }

  @Test
  void staysInsideTheRootItIsGiven() throws IOException {
    Linux.symlinkat(bytes("/etc"), dir, bytes("out"));
    LinuxException failure =
        assertThrows(
            LinuxException.class,
            () -> Linux.openat2(dir, bytes("out/passwd"), 0, 0, Resolve.IN_ROOT));
    assertEquals("ENOENT", failure.symbol());
    assertEquals("EXDEV", refusal(Resolve.BENEATH));
    assertEquals("ELOOP", refusal(Resolve.NO_SYMLINKS));
  }

  private String refusal(long resolve) {
    return assertThrows(
            LinuxException.class, () -> Linux.openat2(dir, bytes("out/passwd"), 0, 0, resolve))
        .symbol();
  }

  @Test
  void describesFilesAsTheJdkDoes() throws IOException {
    try (Fd file = create(bytes("f"))) {
      Linux.write(file, new byte[700_000], 0, 700_000);
      Linux.fchmod(file, 04751);
      Linux.futimens(file, Timestamp.EPOCH, new Timestamp(-2, 500_000_000));
    }
    Stat stat = Linux.lstatat(dir, bytes("f"));
    Map<String, Object> jdk = Files.readAttributes(directory.resolve("f"), "unix:mode,ino,nlink");
    assertEquals(jdk.get("mode"), stat.mode());
    assertEquals(jdk.get("ino"), stat.inode());
    assertEquals(700_000, stat.sizeBytes());
    assertEquals(new Timestamp(-2, 500_000_000), stat.modified());
    assertTrue(stat.isRegularFile());
    assertNull(Linux.lstatat(dir, bytes("absent")));
  }

  @Test
  void linksASymbolicLinkItself() throws IOException {
    Linux.symlinkat(bytes("target"), dir, bytes("link"));
    Linux.linkat(dir, bytes("link"), dir, bytes("again"));
    assertArrayEquals(bytes("target"), Linux.readlinkat(dir, bytes("again")));
    assertEquals(2, Linux.lstatat(dir, bytes("again")).links());
  }

  @Test
  void neverRenamesOverWhatIsThere() throws IOException {
    Linux.mkdirat(dir, bytes("a"), 0700);
    Linux.mkdirat(dir, bytes("b"), 0700);
    LinuxException failure =
        assertThrows(
            LinuxException.class, () -> Linux.renameNoReplace(dir, bytes("a"), dir, bytes("b")));
    assertEquals("EEXIST", failure.symbol());
  }

  @Test
  void keepsBinaryAttributesAlsoOfLinks() throws IOException {
    assumeTrue(isRoot(), "trusted attributes need root");
    byte[] binary = {1, 0, (byte) 0x80, 0};
    Linux.symlinkat(bytes("target"), dir, bytes("link"));
    Xattr.setAt(dir, bytes("link"), bytes("trusted.x"), binary);
    assertArrayEquals(binary, Xattr.getAt(dir, bytes("link"), bytes("trusted.x")));
    assertArrayEquals(bytes("trusted.x"), Xattr.namesAt(dir, bytes("link")).getFirst());
    try (Fd file = create(bytes("f"))) {
      assertNull(Xattr.get(file, bytes("trusted.x")));
      Xattr.set(file, bytes("trusted.x"), binary);
      assertArrayEquals(binary, Xattr.get(file, bytes("trusted.x")));
      assertArrayEquals(bytes("trusted.x"), Xattr.names(file).getLast());
    }
  }

  @Test
  void makesDevicesWithLargeNumbersAndOwners() throws IOException {
    assumeTrue(isRoot(), "device nodes need root");
    Linux.mknodat(dir, bytes("d"), FileType.CHARACTER_DEVICE | 0600, 4001, 1_000_001);
    Linux.lchownat(dir, bytes("d"), 4294967294L, 7);
    Stat stat = Linux.lstatat(dir, bytes("d"));
    assertEquals(4001, stat.specialMajor());
    assertEquals(1_000_001, stat.specialMinor());
    assertEquals(4294967294L, stat.uid());
    assertFalse(stat.isWhiteout());
  }

  @Test
  void letsOneHolderLock() throws IOException {
    assertTrue(Linux.tryLock(dir));
    try (Fd other = Linux.openat2(dir, bytes("."), OpenFlag.DIRECTORY, 0, 0)) {
      assertFalse(Linux.tryLock(other));
    }
  }

  @Test
  void refusesNamesThatTheKernelWouldCut() {
    assertEquals(
        "EINVAL",
        assertThrows(LinuxException.class, () -> Linux.lstatat(dir, new byte[] {'a', 0, 'b'}))
            .symbol());
    assertEquals(
        "ENAMETOOLONG",
        assertThrows(LinuxException.class, () -> Linux.lstatat(dir, new byte[4096])).symbol());
  }

  private Fd create(byte[] name) throws LinuxException {
    int flags = OpenFlag.WRITE | OpenFlag.CREATE | OpenFlag.EXCLUSIVE;
    return Linux.openat2(dir, name, flags, 0600, Resolve.BENEATH);
  }

  private static boolean isRoot() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
