package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.device;
import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.hardlink;
import static nsbox.snapshot.TarFixture.layer;
import static nsbox.snapshot.TarFixture.opaque;
import static nsbox.snapshot.TarFixture.symlink;
import static nsbox.snapshot.TarFixture.whiteout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Layers that are unpacked at once become what they become one after the other.
@Timeout(60)
class ApplyAllTest extends RootTest {
  private static final TarFixture.Entry[] BASE = {
    directory("./").mode(0711).modified(3),
    directory("usr/").mode(0750).owner(7, 8).modified(4),
    directory("usr/lib/")
        .mode(02755)
        .owner(1, 2)
        .pax("mtime", "5.25")
        .pax("SCHILY.xattr.user.kept", "yes"),
    symlink("lib", "usr/lib").modified(6),
    symlink("abs", "/usr/./lib/../lib").modified(6),
    file("usr/lib/solo", "copied up").mode(04711).owner(3, 4).modified(7),
    directory("tmp/").mode(01777).modified(8),
    directory("gone/").modified(9),
    file("gone/a", "a"),
    directory("gone/deep/").mode(0700),
    file("gone/deep/b", "b"),
    file("plain", "p"),
    directory("opq/").mode(0701).modified(10),
    file("opq/a", "a"),
    device('3', "null", 1, 3)
  };

  /// The second layer and, on top of it, a third.
  enum Case {
    EXPLICIT(layer(directory("usr/").modified(20), file("usr/x", "x")), layer(file("y", "y"))),
    IMPLIED_PARENTS(layer(file("usr/lib/deep/x", "x")), layer(file("usr/lib/deep/y", "y"))),
    IMPLIED_THEN_EXPLICIT(
        layer(file("usr/x", "x"), directory("usr/").mode(0700).modified(30)),
        layer(directory("usr/").mode(0755).modified(31), file("usr/y", "y"))),
    PARENT_IS_A_LINK_BELOW(layer(file("lib/x", "x")), layer(file("abs/y", "y"))),
    PARENT_IS_A_LINK_BELOW_AND_THEN_A_DIRECTORY(
        layer(file("lib/x", "x"), directory("lib/"), file("lib/y", "y")), layer(file("lib/z", ""))),
    PARENT_IS_REPLACED_AFTER_ALL(
        layer(file("lib/x", "x"), symlink("lib", "tmp")), layer(file("lib/z", ""))),
    LINK_OF_THE_LAYER_ITSELF(
        layer(symlink("here", "usr/lib"), file("here/x", "x")), layer(file("here/y", "y"))),
    LINK_OF_THE_LAYER_TO_ONE_BELOW(
        layer(symlink("here", "lib"), file("here/x", "x")), layer(symlink("tmp/l", "../here"))),
    HARD_LINK_BELOW(
        layer(hardlink("linked", "usr/lib/solo"), hardlink("again", "linked")),
        layer(hardlink("third", "linked"))),
    HARD_LINK_THROUGH_A_LINK_BELOW(layer(hardlink("linked", "lib/solo")), layer(file("y", ""))),
    WHITEOUTS(
        layer(whiteout("gone"), whiteout("plain"), whiteout("usr/lib/solo")),
        layer(directory("gone/"), file("gone/a", "new"))),
    WHITEOUT_OF_NOTHING(
        layer(whiteout("no"), whiteout("usr/no"), whiteout("no/such/parent")),
        layer(whiteout("gone/deep"), whiteout("gone/deep/b"))),
    WHITEOUT_AND_ENTRY(
        layer(whiteout("gone"), directory("gone/"), file("gone/n", "n")),
        layer(directory("gone/"), whiteout("gone"), file("gone/m", "m"))),
    WHITEOUT_AND_IMPLIED_DIRECTORY(
        layer(whiteout("gone"), file("gone/n", "n")), layer(whiteout("gone/n"))),
    WHITEOUT_BEHIND_A_LINK_BELOW(layer(whiteout("lib/solo")), layer(whiteout("abs/no"))),
    WHITEOUT_OF_A_LINK(layer(whiteout("lib"), file("lib/x", "x")), layer(file("lib/y", "y"))),
    OPAQUE(
        layer(opaque("opq"), file("opq/n", "n")),
        layer(directory("gone/"), file("gone/n", "n"), opaque("gone"))),
    OPAQUE_OVER_NOTHING(
        layer(directory("fresh/"), opaque("fresh"), opaque("no"), opaque("usr/no/no")),
        layer(opaque("fresh"))),
    OPAQUE_ROOT(layer(opaque("."), file("only", "x")), layer(file("usr/lib/x", "x"))),
    OPAQUE_WITH_WHITEOUTS(
        layer(whiteout("gone/a"), directory("gone/"), opaque("gone"), file("gone/n", "n")),
        layer(whiteout("gone/deep/b"), opaque("gone/deep"), opaque("gone"))),
    FILE_FOR_DIRECTORY(
        layer(file("gone", "file"), directory("plain/")), layer(file("plain/x", ""))),
    DIRECTORY_FOR_LINK(
        layer(directory("lib/").mode(0700), file("lib/x", "x")), layer(file("lib/y", ""))),
    EMPTY(layer(), layer(file("usr/lib/x", "x")));

    final List<byte[]> tars;

    Case(byte[] second, byte[] third) {
      tars = List.of(layer(BASE), second, third);
    }
  }

  static List<String> chain(List<byte[]> tars) {
    List<String> chain = new ArrayList<>();
    for (byte[] tar : tars) {
      chain.add(Snapshots.chainId(chain.isEmpty() ? null : chain.getLast(), Stack.digest(tar)));
    }
    return chain;
  }

  static List<Layer> layers(List<byte[]> tars) {
    return tars.stream().map(tar -> Stack.layer(Stack.digest(tar), tar)).toList();
  }

  @ParameterizedTest
  @EnumSource
  void makesOfEachLayerWhatOneAfterTheOtherMakes(Case layers) throws IOException {
    List<String> chain = chain(layers.tars);
    Snapshots one = Snapshots.open(temporary.resolve("one"));
    Stack stack = new Stack(one);
    for (byte[] tar : layers.tars) {
      stack.add(tar);
    }
    assertEquals(chain, stack.chain());
    for (int workers : new int[] {1, 3}) {
      Snapshots all = Snapshots.open(temporary.resolve("all" + workers));
      all.applyAll(layers(layers.tars), chain, workers);
      for (String chainId : chain) {
        // The folder of the snapshot, not only its tree: the list of opaque directories counts too.
        assertEquals(
            text(one.directory(chainId).getParent()), text(all.directory(chainId).getParent()));
      }
    }
  }

  /// What differs without fault are the times at which whiteouts and the snapshot's own folder were
  /// made.
  static String text(Path snapshot) throws IOException {
    var dump = TreeDump.of(snapshot);
    dump.remove(".");
    dump.replaceAll((path, line) ->
        line.startsWith("20000 0:0 ") ? line.replaceAll("modified \\S+", "") : line);
    for (String beside : List.of("opaque", "size")) {
      dump.computeIfPresent(beside, (_, _) -> content(snapshot.resolve(beside)));
    }
    return String.join("\n", dump.entrySet().stream().map(Object::toString).toList());
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void refusesWhatOneAfterTheOtherRefuses() throws IOException {
    for (byte[] bad :
        List.of(
            layer(file("plain/x", "its parent is a file below")),
            layer(hardlink("l", "no/such")),
            layer(hardlink("l", "gone")),
            layer(hardlink("l", "usr/lib/no")))) {
      List<byte[]> tars = List.of(layer(BASE), bad, layer(file("z", "")));
      assertThrows(
          LayerException.BadEntry.class, () -> snapshots.applyAll(layers(tars), chain(tars), 2));
      assertEquals(List.of(), stored());
    }
  }

  @Test
  void leavesNothingOfAnImageWhoseMiddleLayerFails() throws IOException {
    List<byte[]> tars = List.of(layer(BASE), layer(file("a", "a")), layer(file("b", "b")));
    List<Layer> layers = new ArrayList<>(layers(tars));
    Layer good = layers.get(1);
    IOException lost = new IOException("the download failed");
    layers.set(1, from(good, () -> new Broken(lost)));
    assertSame(
        lost, assertThrows(IOException.class, () -> snapshots.applyAll(layers, chain(tars), 2)));
    assertEquals(List.of(), stored());

    byte[] other = layer(file("other", ""));
    layers.set(1, from(good, () -> new ByteArrayInputStream(other)));
    assertThrows(
        LayerException.WrongDiffId.class, () -> snapshots.applyAll(layers, chain(tars), 2));
    assertEquals(List.of(), stored());
  }

  @Test
  void stopsWaitingForBytesWhenAnotherLayerFails() throws IOException {
    List<byte[]> tars = List.of(layer(BASE), layer(file("a", "a")), layer(file("b", "b")));
    List<Layer> layers = new ArrayList<>(layers(tars));
    CountDownLatch waiting = new CountDownLatch(1);
    layers.set(0, from(layers.get(0), () -> new Never(waiting)));
    IOException lost = new IOException("the download failed");
    layers.set(
        2,
        from(
            layers.get(2),
            () -> {
              awaitOrFail(waiting);
              throw lost;
            }));
    assertSame(
        lost, assertThrows(IOException.class, () -> snapshots.applyAll(layers, chain(tars), 2)));
    assertEquals(List.of(), stored());
  }

  @Test
  void unpacksWhileTheBytesComeInAnyOrder() throws Exception {
    List<byte[]> tars = List.of(layer(BASE), layer(file("a", "a")), layer(file("b", "b")));
    List<Layer> layers = new ArrayList<>();
    List<PipedOutputStream> pipes = new ArrayList<>();
    for (Layer layer : layers(tars)) {
      PipedInputStream end = new PipedInputStream(1 << 16);
      pipes.add(new PipedOutputStream(end));
      layers.add(from(layer, () -> end));
    }
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<?> done =
          thread.submit(() -> {
            snapshots.applyAll(layers, chain(tars), 3);
            return null;
          });
      for (int i = 2; i >= 0; i--) {
        pipes.get(i).write(tars.get(i));
        pipes.get(i).close();
      }
      done.get();
    }
    for (String chainId : chain(tars)) {
      assertTrue(snapshots.contains(chainId));
    }
  }

  @Test
  void doesNotOpenLayersThatAreThere() throws IOException {
    List<byte[]> tars = List.of(layer(BASE), layer(file("lib/x", "x")), layer(file("b", "b")));
    Stack stack = stack().add(tars.get(0)).add(tars.get(1));
    List<Layer> layers = new ArrayList<>(layers(tars));
    for (int i = 0; i < 2; i++) {
      layers.set(
          i,
          from(
              layers.get(i),
              () -> {
                throw new AssertionError("opened");
              }));
    }
    snapshots.applyAll(layers, chain(tars), 2);
    assertTrue(snapshots.contains(chain(tars).getLast()));
    snapshots.applyAll(layers.subList(0, 2), stack.chain(), 2);
  }

  @Test
  void opensABlobAgainOnlyWhereTheLayerDependsOnThoseBelow() throws IOException {
    List<byte[]> tars =
        List.of(
            layer(BASE),
            layer(file("usr/lib/implied", "x"), whiteout("gone"), opaque("opq")),
            layer(file("lib/x", "x")));
    List<AtomicInteger> opened =
        List.of(new AtomicInteger(), new AtomicInteger(), new AtomicInteger());
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      byte[] tar = tars.get(i);
      AtomicInteger count = opened.get(i);
      layers.add(
          from(
              layers(tars).get(i),
              () -> {
                count.incrementAndGet();
                return new ByteArrayInputStream(tar);
              }));
    }
    snapshots.applyAll(layers, chain(tars), 2);
    assertEquals("[1, 1, 2]", opened.toString());
  }

  @Test
  void comparesTheBlobOnTheWay() throws IOException {
    byte[] tar = layer(file("a", "a"));
    byte[] blob = Stack.gzip(tar);
    Layer layer = Stack.layer(Stack.digest(tar), blob);
    List<String> chain = List.of(Stack.digest(tar));
    String wrong = Stack.digest(new byte[3]);
    for (Layer bad :
        List.of(
            new Layer(Stack.TAR, wrong, layer.diffId(), blob.length, layer.blob()).compared(),
            new Layer(Stack.TAR, layer.digest(), layer.diffId(), blob.length - 1, layer.blob())
                .compared(),
            new Layer(Stack.TAR, layer.digest(), layer.diffId(), blob.length + 1, layer.blob())
                .compared(),
            new Layer(Stack.TAR, "blake3:00", layer.diffId(), blob.length, layer.blob())
                .compared(() -> Layer.messageDigest("sha512:")))) {
      LayerException.Damaged failure =
          assertThrows(
              LayerException.Damaged.class, () -> snapshots.applyAll(List.of(bad), chain, 1));
      assertEquals(bad.digest(), failure.layerDigest());
      assertEquals(List.of(), stored());
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> new Layer(Stack.TAR, "blake3:00", layer.diffId(), 1, layer.blob()).compared());
    snapshots.applyAll(List.of(layer.compared()), chain, 1);
    assertEquals(1, stored().size());
  }

  @Test
  void refusesChainIdsOfOtherLayers() {
    List<byte[]> tars = List.of(layer(BASE), layer(file("a", "a")));
    List<String> swapped = chain(tars).reversed();
    assertThrows(
        IllegalArgumentException.class, () -> snapshots.applyAll(layers(tars), swapped, 2));
    assertThrows(
        IllegalArgumentException.class, () -> snapshots.applyAll(layers(tars), List.of(), 2));
  }

  static Layer from(Layer layer, Layer.Source source) {
    return new Layer(layer.mediaType(), layer.digest(), layer.diffId(), layer.sizeBytes(), source);
  }

  static void awaitOrFail(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /// Bytes that never come.
  private static final class Never extends InputStream {
    private final CountDownLatch asked;

    private Never(CountDownLatch asked) {
      this.asked = asked;
    }

    @Override
    public int read() throws IOException {
      asked.countDown();
      awaitOrFail(new CountDownLatch(1));
      return -1;
    }
  }

  private static final class Broken extends InputStream {
    private final IOException reason;

    private Broken(IOException reason) {
      this.reason = reason;
    }

    @Override
    public int read() throws IOException {
      throw reason;
    }
  }
}
