package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.concat;
import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.entry;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.layer;
import static nsbox.snapshot.TarFixture.opaque;
import static nsbox.snapshot.TarFixture.whiteout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotsTest extends RootTest {
  private static final byte[] TAR = layer(file("etc/motd", "hi"));
  private static final String CHAIN_ID = Stack.digest(TAR);

  @Test
  void namesLayersAsTheSpecificationSays() {
    assertEquals("sha256:a", Snapshots.chainId(null, "sha256:a"));
    assertEquals(
        Stack.digest(TarFixture.bytes("sha256:a sha256:b")),
        Snapshots.chainId("sha256:a", "sha256:b"));
  }

  @Test
  void isForItsOwnerAlone() throws IOException {
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(root)));
    stack().add(TAR);
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(snapshots.directory(CHAIN_ID).getParent())));
  }

  @Test
  void readsAllCompressions() throws IOException {
    byte[] gzip = Stack.gzip(TAR);
    byte[] half = Arrays.copyOf(TAR, 700);
    byte[] members = concat(Stack.gzip(half), Stack.gzip(Arrays.copyOfRange(TAR, 700, TAR.length)));
    for (byte[] blob :
        List.of(TAR, gzip, members, concat(gzip, new byte[777]), Zstd.compress(TAR))) {
      stack().add(TAR, blob);
      assertEquals("hi", Files.readString(snapshots.directory(CHAIN_ID).resolve("etc/motd")));
      snapshots.remove(CHAIN_ID);
      assertEquals(List.of(), stored());
    }
  }

  @Test
  void refusesDamagedCompressions() throws IOException {
    byte[] gzip = Stack.gzip(TAR);
    byte[] flipped = gzip.clone();
    flipped[gzip.length - 6]++;
    byte[] zstd = Zstd.compress(TAR);
    for (byte[] blob :
        List.of(
            Arrays.copyOf(gzip, gzip.length - 9),
            Arrays.copyOf(gzip, gzip.length - 1),
            Arrays.copyOf(gzip, 5),
            flipped,
            concat(gzip, TarFixture.bytes("garbage")),
            concat(gzip, new byte[9], TarFixture.bytes("garbage")),
            Arrays.copyOf(zstd, zstd.length - 3))) {
      assertThrows(LayerException.Damaged.class, () -> stack().add(TAR, blob));
      assertEquals(List.of(), stored());
    }
  }

  @Test
  void acceptsEmptyLayersAndWhatFollowsTheEnd() throws IOException {
    assertEquals(Set.of("."), stack().add(new byte[0]).top().keySet());
    assertEquals(Set.of("."), stack().add(new byte[10240]).top().keySet());
    byte[] followed = concat(TAR, TarFixture.bytes("garbage"));
    assertEquals(Set.of(".", "etc", "etc/motd"), stack().add(followed).top().keySet());
  }

  @Test
  void leavesNothingVisibleOfAWrongDiffId() throws IOException {
    String expected = Stack.digest(new byte[1]);
    LayerException.WrongDiffId failure =
        assertThrows(
            LayerException.WrongDiffId.class,
            () -> snapshots.apply(expected, List.of(), Stack.layer(expected, Stack.gzip(TAR))));
    assertEquals(expected, failure.expected());
    assertEquals(CHAIN_ID, failure.actual());
    assertFalse(snapshots.contains(expected));
    assertEquals(List.of(), stored());
  }

  @Test
  void takesDiffIdsOfOtherAlgorithmsFromTheCaller() throws Exception {
    // The snapshotter asks the caller for the hash, so any 32 bytes will do here.
    byte[] hash = MessageDigest.getInstance("SHA3-256").digest(TAR);
    String diffId = "blake3:" + HexFormat.of().formatHex(hash);
    Layer layer = Stack.layer(diffId, TAR).diffIdBy(SnapshotsTest::sha3);
    snapshots.apply(diffId, List.of(), layer);
    assertTrue(snapshots.contains(diffId));
    assertEquals(List.of("blake3-" + diffId.substring(7)), stored());
    assertEquals(List.of(diffId), snapshots.list());

    byte[] second = layer(file("x", ""));
    String chainId = Snapshots.chainId(diffId, Stack.digest(second));
    snapshots.apply(chainId, List.of(diffId), Stack.layer(Stack.digest(second), second));
    assertEquals(Set.of(diffId, chainId), Set.copyOf(snapshots.list()));
    snapshots.remove(diffId);
    assertEquals(List.of(chainId), snapshots.list());

    String wrong = "blake3:" + "0".repeat(64);
    Layer liar = Stack.layer(wrong, TAR).diffIdBy(SnapshotsTest::sha3);
    LayerException.WrongDiffId failure =
        assertThrows(
            LayerException.WrongDiffId.class, () -> snapshots.apply(wrong, List.of(), liar));
    assertEquals(diffId, failure.actual());
    assertThrows(
        IllegalArgumentException.class,
        () -> snapshots.apply(wrong, List.of(), Stack.layer(wrong, TAR)));
    assertEquals(1, stored().size());
  }

  private static MessageDigest sha3() {
    try {
      return MessageDigest.getInstance("SHA3-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void listsOnlySnapshots() throws IOException {
    for (String name :
        List.of("0".repeat(63), "sha256-" + "0".repeat(64), "-" + "0".repeat(64), "G".repeat(64))) {
      Files.createDirectory(root.resolve(name));
    }
    Files.createDirectory(root.resolve("0".repeat(64)));
    Files.createDirectory(root.resolve("1".repeat(128)));
    assertEquals(
        Set.of("sha256:" + "0".repeat(64), "sha512:" + "1".repeat(128)),
        Set.copyOf(snapshots.list()));
  }

  @Test
  void saysFromWhichEntryOnACompressionIsDamaged() throws IOException {
    byte[] noise = new byte[1_000_000];
    new Random(1).nextBytes(noise);
    byte[] tar =
        layer(entry('0', TarFixture.bytes("noise"), new byte[0], 0644, noise), file("z", ""));
    byte[] gzip = Stack.gzip(tar);
    byte[] zstd = Zstd.compress(tar);
    assertEquals(
        "in or after entry noise: gzip ends in the middle",
        said(tar, Arrays.copyOf(gzip, gzip.length / 2)));
    assertEquals(
        "in or after entry noise: gzip is followed by something else",
        said(tar, concat(gzip, new byte[9], TarFixture.bytes("x"))));
    assertTrue(
        said(tar, Arrays.copyOf(zstd, zstd.length / 2))
            .startsWith("in or after entry noise: zstd is broken"));
  }

  private String said(byte[] tar, byte[] blob) {
    String said =
        assertThrows(LayerException.Damaged.class, () -> stack().add(tar, blob)).getMessage();
    return said.replace("layer " + Stack.digest(blob) + ": ", "");
  }

  @Test
  void refusesMediaTypesThatAreNoTar() {
    Layer encrypted =
        new Layer(
            Stack.TAR + "+encrypted", CHAIN_ID, CHAIN_ID, 1, () -> new ByteArrayInputStream(TAR));
    assertThrows(
        LayerException.Unsupported.class, () -> snapshots.apply(CHAIN_ID, List.of(), encrypted));
  }

  @Test
  void refusesAChainIdThatIsAPathOrOfOtherLayers() {
    assertThrows(IllegalArgumentException.class, () -> snapshots.contains("sha256:../../x"));
    assertThrows(IllegalArgumentException.class, () -> snapshots.directory(".."));
    assertThrows(
        IllegalArgumentException.class,
        () -> snapshots.apply(CHAIN_ID, List.of(CHAIN_ID), Stack.layer(CHAIN_ID, TAR)));
  }

  @Test
  void refusesToExpandWithoutEnd() throws IOException {
    // The stream is only read, so that no disk has to hold the gibibyte.
    byte[] header = TarFixture.header(file("bomb", "").claiming(1L << 41));
    InputStream zeros = new EndlessZeros();
    Layer bomb =
        new Layer(
            Stack.TAR,
            CHAIN_ID,
            CHAIN_ID,
            2_000_000,
            () -> new java.io.SequenceInputStream(new ByteArrayInputStream(header), zeros));
    try (LayerStream stream = new LayerStream(bomb, new LayerBudget(bomb, LayerLimits.DEFAULT))) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
      LayerException.TooLarge failure =
          assertThrows(
              LayerException.TooLarge.class,
              () -> {
                while (stream.read(buffer) > 0) {
                  // Until it refuses.
                  buffer.clear();
                }
              });
      assertEquals(1L << 30, failure.limit());
    }
  }

  @Test
  void appliesOneLayerFromManyThreadsAtOnce() throws Exception {
    byte[] content = new byte[3_000_000];
    byte[] tar = layer(entry('0', TarFixture.bytes("big"), new byte[0], 0644, content));
    String chainId = Stack.digest(tar);
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      Callable<Boolean> apply =
          () -> {
            Snapshots.open(root).apply(chainId, List.of(), Stack.layer(chainId, tar));
            return snapshots.contains(chainId);
          };
      for (Future<Boolean> done : threads.invokeAll(java.util.Collections.nCopies(12, apply))) {
        assertTrue(done.get());
      }
    }
    assertEquals(List.of(chainId.substring(7)), stored());
  }

  @Test
  void looksWithoutLoadingSystemCalls() throws Exception {
    stack().add(TAR);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load",
                "-cp",
                System.getProperty("java.class.path"),
                LookOnly.class.getName(),
                root.toString(),
                CHAIN_ID)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertTrue(said.contains("found Content"), said);
    assertFalse(said.contains(" jnr."), "JNR-FFI was loaded");
    assertFalse(said.contains(" com.kenai."), "JNR-FFI was loaded");
  }

  /// What a start does with snapshots that are there.
  static final class LookOnly {
    public static void main(String[] arguments) throws IOException {
      Snapshots snapshots = Snapshots.open(Path.of(arguments[0]));
      List<String> chain = List.of(arguments[1]);
      snapshots.sweep();
      if (snapshots.contains(arguments[1]) && !snapshots.lowerDirectories(chain).isEmpty()) {
        System.out.println("found " + snapshots.merged(chain).read("etc/motd", 100));
      }
    }
  }

  @Test
  void sweepsWhatAKilledProcessLeft() throws Exception {
    Process victim = ApplyHalf.start(root);
    try {
      assertEquals('.', victim.getInputStream().read());
      assertEquals(1, stored().size());
      snapshots.sweep();
      assertEquals(1, stored().size(), "work in progress must stay");
    } finally {
      victim.destroyForcibly().waitFor();
    }
    assertFalse(snapshots.contains(CHAIN_ID));
    assertEquals(1, stored().size());
    snapshots.sweep();
    assertEquals(List.of(), stored());
  }

  @Test
  void materializesWithHardLinksDevicesAndTimes() throws IOException {
    Stack stack =
        stack()
            .add(
                directory("./").mode(0711).modified(3),
                directory("d/").mode(01777).owner(5, 6).modified(7),
                file("d/a", "x").mode(04755).owner(1, 2).pax("mtime", "1.25"),
                TarFixture.hardlink("b", "d/a"),
                TarFixture.symlink("d/l", "/etc"),
                TarFixture.device('3', "null", 1, 3),
                TarFixture.fifo("pipe"));
    assertEquals(stack.top(), stack.merged(empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "many", "-5", "99999999999999999999"})
  void countsAgainWhatADamagedFileSays(String said) throws IOException {
    Stack stack = stack().add(TarFixture.file("f", "seven b"));
    String chainId = stack.chain().getFirst();
    assertEquals(7, snapshots.contentBytes(chainId).orElseThrow());
    Path size = snapshots.directory(chainId).resolveSibling("size");
    Files.writeString(size, said);
    assertEquals(7, snapshots.contentBytes(chainId).orElseThrow());
    Files.delete(size);
    assertEquals(7, snapshots.contentBytes(chainId).orElseThrow());
  }

  @Test
  void materializesOnlyIntoAnEmptyDirectory() throws IOException {
    Stack stack = stack().add(TAR);
    assertThrows(
        IllegalArgumentException.class, () -> snapshots.materialize(stack.chain(), canary));
  }

  @Test
  void looksThroughAStackAsOverlayfsDoes() throws IOException {
    Stack stack =
        stack()
            .add(
                file("etc/passwd", "lower"),
                file("etc/group", "g"),
                file("opt/x", "x"),
                file("srv/y", "y"),
                TarFixture.fifo("pipe"))
            .add(
                TarFixture.symlink("link", "/../../etc/./passwd"),
                TarFixture.symlink("dir", "etc"),
                TarFixture.symlink("loop", "loop"),
                whiteout("etc/group"),
                whiteout("srv"),
                opaque("opt"))
            .add(file("etc/passwd", "upper"), TarFixture.symlink("out", canary + "/secret"));
    MergedTree tree = snapshots.merged(stack.chain());
    assertEquals("upper", content(tree, "/etc/passwd"));
    assertEquals("upper", content(tree, "link"));
    assertEquals("upper", content(tree, "dir/../dir/passwd"));
    for (String absent :
        List.of("etc/group", "srv/y", "opt/x", "out", "no/such", "etc/passwd/x", "a\0b")) {
      assertEquals(new MergedTree.Lookup.Absent(), tree.read(absent, 100), absent);
    }
    for (String refused : List.of("pipe", "etc", "/", "loop", "..")) {
      assertTrue(tree.read(refused, 100) instanceof MergedTree.Lookup.Refused, refused);
    }
    assertEquals(
        new MergedTree.Lookup.Refused("is larger than 4 bytes"), tree.read("etc/passwd", 4));
  }

  private static String content(MergedTree tree, String path) throws IOException {
    MergedTree.Lookup.Content content = (MergedTree.Lookup.Content) tree.read(path, 5);
    return new String(content.bytes(), StandardCharsets.UTF_8);
  }

  private static final class EndlessZeros extends InputStream {
    @Override
    public int read() {
      return 0;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      return length;
    }
  }
}
