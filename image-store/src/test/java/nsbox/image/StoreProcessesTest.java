package nsbox.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import nsbox.archive.LayoutImport;
import nsbox.json.Json;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The store between processes: several at once, one killed, one whose disk is full.
class StoreProcessesTest {
  @TempDir Path temp;
  private Path state;
  private ImageStore store;
  private LayoutFixture layout;

  @BeforeEach
  void makeLayoutWithALargeLayer() throws IOException {
    state = temp.resolve("state");
    store = new ImageStore(state);
    layout = new LayoutFixture(temp.resolve("large"));
    StringBuilder content = new StringBuilder();
    Random random = new Random(1);
    while (content.length() < 8 << 20) {
      content.append(Long.toHexString(random.nextLong()));
    }
    layout.name("1", layout.image(LayoutFixture.AMD64, "small", content.toString()));
  }

  private static String finish(Process process) throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes());
    return process.waitFor() + " " + output;
  }

  private long ingestFolders() throws IOException {
    if (Files.notExists(state.resolve("ingest"))) {
      return 0;
    }
    try (Stream<Path> folders = Files.list(state.resolve("ingest"))) {
      return folders.count();
    }
  }

  private void assertIntact() throws IOException {
    StoreListing listing = store.list();
    assertEquals(List.of(), listing.damaged());
    for (StoredImage image : listing.images()) {
      for (Descriptor layer : image.manifest().layers()) {
        try (var bytes = store.blobs().open(layer)) {
          BlobCheck.copy(layer, bytes, OutputStream.nullOutputStream(), "store");
        }
      }
    }
  }

  @Test
  void processesThatImportAndTagAtOnceLoseNothing() throws IOException, InterruptedException {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String source = layout.root.toString();
      processes.add(ImportProcess.command("", state.toString(), source, "20").start());
    }
    for (Process process : processes) {
      assertEquals("0 ", finish(process));
    }
    assertIntact();
    assertEquals(1, store.list().images().size());
    assertEquals(61, store.get("large:1").references().size());
    assertEquals(0, ingestFolders());
  }

  @Test
  void threadsThatTagAtOnceLoseNothing() throws IOException, InterruptedException {
    new LayoutImport(store).importFrom(layout.root, Optional.empty(), LayoutFixture.AMD64);
    StoredImage image = store.get("large:1");
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      String repository = "t" + thread;
      threads.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((_, e) -> failures.add(e))
              .start(() -> tagOften(repository, image)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(List.of(), failures);
    assertEquals(41, store.get("large:1").references().size());
  }

  private void tagOften(String repository, StoredImage image) {
    try {
      for (int i = 0; i < 10; i++) {
        store.tag(Reference.parse(repository + ":" + i), image.descriptor());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aKilledImportLeavesNothingThatShowsAndSweepRemovesTheRest()
      throws IOException, InterruptedException {
    byte[] tar = layout.tar();
    Process process = ImportProcess.command("", state.toString(), "-").start();
    process.getOutputStream().write(tar, 0, tar.length / 2);
    process.getOutputStream().flush();
    while (bytesIn(state.resolve("ingest")) < 1 << 20) {
      assertTrue(process.isAlive());
      Thread.sleep(10);
    }
    assertEquals(0, store.sweep(), "swept what a living process was writing");
    process.destroyForcibly().waitFor();
    assertEquals(List.of(), store.list().images());
    assertTrue(Files.notExists(state.resolve("images")));
    assertEquals(1, store.sweep());
    assertEquals(0, ingestFolders());
  }

  private static long bytesIn(Path folder) throws IOException {
    long bytes = 0;
    if (Files.exists(folder)) {
      try (Stream<Path> paths = Files.walk(folder)) {
        for (Path path : paths.toList()) {
          bytes += Files.isRegularFile(path) ? Files.size(path) : 0;
        }
      }
    }
    return bytes;
  }

  @Test
  void killedAtAnyMomentTheStoreStaysSound() throws IOException, InterruptedException {
    Random random = new Random(2);
    for (int round = 0; round < 12; round++) {
      String source = layout.root.toString();
      Process process = ImportProcess.command("", state.toString(), source, "200").start();
      Thread.sleep(150 + random.nextInt(500));
      process.destroyForcibly().waitFor();
      assertIntact();
      store.sweep();
      assertEquals(0, ingestFolders());
      if (Files.exists(state.resolve("images/index.json"))) {
        Json.parse(Files.readAllBytes(state.resolve("images/index.json")), "index.json");
      }
    }
    new LayoutImport(store).importFrom(layout.root, Optional.empty(), LayoutFixture.AMD64);
    assertIntact();
  }

  @Test
  void aFullDiskLeavesTheStoreAsItWas() throws IOException, InterruptedException {
    Path disk = Files.createDirectory(temp.resolve("disk"));
    Path small = LayoutFixture.withImage(temp.resolve("small"), "1").root;
    Path copy = temp.resolve("copy");
    Process mount = new ProcessBuilder("unshare", "-m", "true").redirectErrorStream(true).start();
    String allowed = finish(mount);
    Assumptions.assumeTrue(allowed.startsWith("0 "), "cannot mount a small disk: " + allowed);
    String importInto = ImportProcess.command("", disk.toString()).command().getLast();
    String listing = "find " + disk + " -type f | sort | xargs sha256sum";
    String script =
        """
        mount -t tmpfs -o size=2m none %1$s
        (%2$s %3$s); %4$s > before
        if (%2$s %5$s); then exit 9; fi; %4$s > after
        cp -a %1$s copy
        """
            .formatted(disk, importInto, small, listing, layout.root);
    Process process =
        new ProcessBuilder("unshare", "-m", "sh", "-ec", script)
            .directory(temp.toFile())
            .redirectErrorStream(true)
            .start();
    String output = finish(process);
    assertTrue(output.startsWith("0 "), output);
    assertTrue(output.contains("No space left on device"), output);
    assertEquals(Files.readString(temp.resolve("before")), Files.readString(temp.resolve("after")));
    assertEquals(1, new ImageStore(copy).list().images().size());
    try (Stream<Path> left = Files.list(copy.resolve("ingest"))) {
      assertEquals(0, left.count());
    }
  }
}
