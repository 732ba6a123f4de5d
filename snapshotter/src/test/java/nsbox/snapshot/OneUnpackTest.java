package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.layer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import nsbox.linux.Fd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Of all who want the same layer at once, one unpacks it.
@Timeout(120)
class OneUnpackTest extends RootTest {
  private static final byte[] BASE = layer(file("base", "b"));
  private static final byte[] TOP = layer(file("top", "t"));
  private static final List<byte[]> TARS = List.of(BASE, TOP);
  private static final int LIMIT_SECONDS = 60;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Process> processes = new ArrayList<>();

  @Override
  Path place() {
    return fastPlace();
  }

  @AfterEach
  void endAll() throws InterruptedException {
    threads.shutdownNow();
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
  }

  private <T> Future<T> inThread(Callable<T> work) {
    return threads.submit(work);
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private Void applyAll(List<Layer> layers) throws IOException {
    Snapshots.open(root).applyAll(layers, ApplyAllTest.chain(TARS), 2);
    return null;
  }

  private static List<String> names(List<String> chain) {
    return chain.stream().map(chainId -> chainId.substring(7)).sorted().toList();
  }

  private void assertAllThere(List<byte[]> tars) throws IOException {
    assertEquals(names(ApplyAllTest.chain(tars)), stored());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8})
  void threadsOpenEachLayerOnce(int count) throws Exception {
    ApplyImage image = ApplyImage.of("x");
    for (int round = 0; round < 10; round++) {
      Callable<Void> apply =
          () -> {
            image.apply(root);
            for (String chainId : image.chain) {
              assertTrue(snapshots.contains(chainId));
            }
            return null;
          };
      List<Future<Void>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(inThread(apply));
      }
      for (Future<Void> one : all) {
        get(one);
      }
      int opens = round + 1;
      assertEquals(List.of(opens, opens, opens, opens, opens).toString(), image.opened.toString());
      assertEquals(names(image.chain), stored());
      removeAll();
    }
  }

  private void removeAll() throws IOException {
    for (String chainId : snapshots.list()) {
      snapshots.remove(chainId);
    }
    assertEquals(List.of(), stored());
  }

  private List<BufferedReader> start(String[]... imagesOfEach) throws IOException {
    List<BufferedReader> outputs = new ArrayList<>();
    for (String[] images : imagesOfEach) {
      List<String> arguments = new ArrayList<>(List.of(root.toString()));
      arguments.addAll(List.of(images));
      processes.add(ApplyImage.start(arguments.toArray(String[]::new)));
      outputs.add(processes.getLast().inputReader());
    }
    for (BufferedReader output : outputs) {
      assertEquals('.', output.read());
    }
    return outputs;
  }

  private void go() throws IOException {
    for (Process process : processes) {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
    }
  }

  @Test
  void processesOpenEachLayerOnce() throws Exception {
    String[] image = {"x"};
    List<BufferedReader> outputs = start(image, image, image);
    for (int round = 0; round < 5; round++) {
      go();
      int[] opened = new int[5];
      for (BufferedReader output : outputs) {
        String[] counts = output.readLine().replaceAll("[\\[\\]]", "").split(", ");
        for (int i = 0; i < 5; i++) {
          opened[i] += Integer.parseInt(counts[i]);
        }
      }
      assertEquals("[1, 1, 1, 1, 1]", java.util.Arrays.toString(opened));
      assertEquals(names(ApplyImage.of("x").chain), stored());
      removeAll();
    }
  }

  @Test
  void processesWithImagesThatOverlapNeverBlockEachOther() throws Exception {
    List<BufferedReader> outputs =
        start(new String[] {"x", "y"}, new String[] {"y", "z"}, new String[] {"z", "x"});
    for (int round = 0; round < 15; round++) {
      go();
      for (BufferedReader output : outputs) {
        assertTrue(output.readLine().startsWith("["));
      }
      assertEquals(2 + 3 * 3, stored().size());
      removeAll();
    }
  }

  @Test
  void threadsWithImagesThatOverlapNeverBlockEachOther() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 40; round++) {
      List<Future<Void>> all = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        ApplyImage image = ApplyImage.of(List.of("x", "y", "z").get(i % 3));
        List<Layer> layers = new ArrayList<>();
        for (Layer layer : image.layers()) {
          // The claimed size decides which layer is unpacked first.
          long sizeBytes = random.nextInt(1000);
          int pause = random.nextInt(3);
          layers.add(
              new Layer(
                  layer.mediaType(),
                  layer.digest(),
                  layer.diffId(),
                  sizeBytes,
                  () -> {
                    Thread.yield();
                    awaitMillis(pause);
                    return layer.blob().open();
                  }));
        }
        int workers = 1 + random.nextInt(3);
        all.add(
            inThread(() -> {
              Snapshots.open(root).applyAll(layers, image.chain, workers);
              return null;
            }));
      }
      for (Future<Void> one : all) {
        get(one);
      }
      assertEquals(2 + 3 * 3, stored().size());
      removeAll();
    }
  }

  private static void awaitMillis(int millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  /// A layer that tells when it was left to others, and then still can be opened.
  private record Left(Layer.Source source, CountDownLatch left) implements Layer.Source {
    @Override
    public InputStream open() throws IOException {
      return source.open();
    }

    @Override
    public void leaveToOthers() {
      left.countDown();
    }
  }

  private static List<Layer> with(List<byte[]> tars, int index, Layer.Source source) {
    List<Layer> layers = new ArrayList<>(ApplyAllTest.layers(tars));
    layers.set(index, ApplyAllTest.from(layers.get(index), source));
    return layers;
  }

  @Test
  void takesOverFromAProcessThatWasKilled() throws Exception {
    List<byte[]> tars = List.of(ApplyHalf.TAR, TOP);
    processes.add(ApplyHalf.start(root));
    assertEquals('.', processes.getFirst().getInputStream().read());
    CountDownLatch left = new CountDownLatch(1);
    Layer.Source source = () -> new ByteArrayInputStream(ApplyHalf.TAR);
    Future<Void> waiting =
        inThread(() -> {
          snapshots.applyAll(with(tars, 0, new Left(source, left)), ApplyAllTest.chain(tars), 2);
          return null;
        });
    left.await();
    assertFalse(snapshots.contains(Stack.digest(ApplyHalf.TAR)));
    processes.getFirst().destroyForcibly().waitFor();
    get(waiting);
    assertAllThere(tars);
    assertEquals(
        "y", Files.readString(snapshots.directory(Stack.digest(ApplyHalf.TAR)).resolve("b")));
  }

  @Test
  void waitsForAProcessThatIsAtTheLayer() throws Exception {
    processes.add(ApplyHalf.start(root));
    assertEquals('.', processes.getFirst().getInputStream().read());
    CountDownLatch left = new CountDownLatch(1);
    Layer.Source source =
        () -> {
          throw new AssertionError("opened");
        };
    String chainId = Stack.digest(ApplyHalf.TAR);
    Layer layer = ApplyAllTest.from(Stack.layer(chainId, ApplyHalf.TAR), new Left(source, left));
    Future<Void> waiting =
        inThread(() -> {
          snapshots.apply(chainId, List.of(), layer);
          return null;
        });
    left.await();
    go();
    get(waiting);
    assertEquals(0, processes.getFirst().waitFor());
    assertAllThere(List.of(ApplyHalf.TAR));
  }

  /// Starts one who fails at the base when another waits for it.
  private Future<Void> failWhenLeft(CountDownLatch begun, CountDownLatch left, IOException reason) {
    return inThread(() ->
        applyAll(
            with(
                TARS,
                0,
                () -> {
                  begun.countDown();
                  ApplyAllTest.awaitOrFail(left);
                  throw reason;
                })));
  }

  @Test
  void whoWaitsForOneThatFailsUnpacksItself() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch left = new CountDownLatch(1);
    IOException lost = new IOException("the download failed");
    Future<Void> failing = failWhenLeft(begun, left, lost);
    begun.await();
    applyAll(with(TARS, 0, new Left(() -> new ByteArrayInputStream(BASE), left)));
    ExecutionException failed = assertThrows(ExecutionException.class, () -> get(failing));
    assertSame(lost, failed.getCause());
    assertAllThere(TARS);
  }

  @Test
  void whoWaitsForOneThatFailsSaysItsOwnReason() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch left = new CountDownLatch(1);
    Future<Void> failing = failWhenLeft(begun, left, new IOException("the download failed"));
    begun.await();
    assertThrows(
        LayerException.WrongDiffId.class,
        () -> applyAll(with(TARS, 0, new Left(() -> new ByteArrayInputStream(TOP), left))));
    assertThrows(ExecutionException.class, () -> get(failing));
    assertEquals(List.of(), stored());
  }

  @Test
  void publishesWhatIsBelowBeforeItWaits() throws Exception {
    String top = ApplyAllTest.chain(TARS).getLast();
    try (Fd rootFd = WorkDirectory.openRoot(root)) {
      WorkDirectory others =
          WorkDirectory.tryTake(rootFd, top.substring(7).getBytes(StandardCharsets.US_ASCII));
      Future<Void> waiting = inThread(() -> applyAll(ApplyAllTest.layers(TARS)));
      while (!snapshots.contains(Stack.digest(BASE))) {
        assertFalse(waiting.isDone());
        Thread.sleep(5);
      }
      assertFalse(snapshots.contains(top));
      others.close();
      get(waiting);
    }
    assertAllThere(TARS);
  }

  @Test
  void endsToWaitWhenItsOwnOtherLayerFails() throws Exception {
    IOException lost = new IOException("the download failed");
    try (Fd rootFd = WorkDirectory.openRoot(root);
        WorkDirectory others =
            WorkDirectory.tryTake(
                rootFd, Stack.digest(BASE).substring(7).getBytes(StandardCharsets.US_ASCII))) {
      assertSame(
          lost,
          assertThrows(
              IOException.class,
              () ->
                  applyAll(
                      with(
                          TARS,
                          1,
                          () -> {
                            throw lost;
                          }))));
      assertEquals(List.of(others.name()), stored());
    }
    assertEquals(List.of(), stored());
  }

  @Test
  void canBeInterruptedWhileItWaits() throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    try (Fd rootFd = WorkDirectory.openRoot(root);
        WorkDirectory others =
            WorkDirectory.tryTake(
                rootFd, Stack.digest(BASE).substring(7).getBytes(StandardCharsets.US_ASCII))) {
      List<Throwable> thrown = new ArrayList<>();
      Thread waiting =
          new Thread(() -> {
            try {
              applyAll(with(TARS, 0, new Left(() -> InputStream.nullInputStream(), left)));
            } catch (IOException e) {
              thrown.add(e);
            }
          });
      waiting.start();
      left.await();
      waiting.interrupt();
      waiting.join();
      assertInstanceOf(InterruptedIOException.class, thrown.getFirst());
      assertEquals(List.of(others.name()), stored());
    }
  }

  /// Bytes as downloads give them: of each blob one has the download, and only when it has read all
  /// of it the others have it.
  private static final class Downloading {
    private final Map<String, CountDownLatch> read = new ConcurrentHashMap<>();
    private final boolean fetches;

    private Downloading(boolean fetches, Map<String, CountDownLatch> read) {
      this.fetches = fetches;
      this.read.putAll(read);
    }

    private List<Layer> layers(List<byte[]> tars) {
      List<Layer> layers = new ArrayList<>();
      for (Layer layer : ApplyAllTest.layers(tars)) {
        CountDownLatch complete = read.get(layer.digest());
        layers.add(ApplyAllTest.from(layer, new Bytes(layer.blob(), complete, fetches)));
      }
      return layers;
    }

    private record Bytes(Layer.Source source, CountDownLatch complete, boolean fetches)
        implements Layer.Source {
      @Override
      public InputStream open() throws IOException {
        if (!fetches) {
          ApplyAllTest.awaitOrFail(complete);
        }
        return new FilterInputStream(source.open()) {
          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            int count = super.read(into, offset, length);
            if (count < 0) {
              complete.countDown();
            }
            return count;
          }
        };
      }

      @Override
      public void leaveToOthers() throws IOException {
        try (InputStream bytes = open()) {
          bytes.transferTo(java.io.OutputStream.nullOutputStream());
        }
      }
    }
  }

  @Test
  void letsThroughTheBytesThatOthersNeedForWhatItWaitsFor() throws Exception {
    Map<String, CountDownLatch> read = new ConcurrentHashMap<>();
    for (byte[] tar : TARS) {
      read.put(Stack.digest(tar), new CountDownLatch(1));
    }
    Future<Void> unpacking = inThread(() -> applyAll(new Downloading(false, read).layers(TARS)));
    while (stored().size() < 2) {
      Thread.sleep(5);
    }
    applyAll(new Downloading(true, read).layers(TARS));
    get(unpacking);
    assertAllThere(TARS);
  }

  @Test
  void snapshotsThatAreBeingRemovedAreMadeAgain() throws Exception {
    ApplyImage image = ApplyImage.of("x");
    image.apply(root);
    List<String> reference = new ArrayList<>();
    for (String chainId : image.chain) {
      reference.add(ApplyAllTest.text(snapshots.directory(chainId).getParent()));
    }
    String top = image.chain.getLast();
    List<Future<Void>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      boolean removes = i % 2 == 0;
      all.add(
          inThread(() -> {
            for (int round = 0; round < 40; round++) {
              if (removes) {
                Snapshots.open(root).remove(top);
              } else {
                ApplyImage.of("x").apply(root);
              }
            }
            return null;
          }));
    }
    for (Future<Void> one : all) {
      get(one);
    }
    image.apply(root);
    assertEquals(names(image.chain), stored());
    for (int i = 0; i < 5; i++) {
      assertEquals(
          reference.get(i), ApplyAllTest.text(snapshots.directory(image.chain.get(i)).getParent()));
    }
  }

  @Test
  void sweepsWhatWasBeingRemoved() throws IOException {
    ApplyImage image = ApplyImage.of("x");
    image.apply(root);
    String top = image.chain.getLast();
    Files.move(snapshots.directory(top).getParent(), root.resolve(".gone-1-1"));
    image.apply(root);
    assertEquals(names(image.chain), stored());
  }
}
