package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// What `system df` promises, `image prune` frees, and the disk gets back.
final class PruneTest extends RegistryTests {
  private static final Pattern ROW =
      Pattern.compile("(?m)^Images +(\\d+) +(\\d+) +(\\S+) +(\\S+)( \\(\\d+%\\))?$");

  private String pulled(Crafted image) throws Exception {
    String name = pushed(image);
    pulls(image, name);
    return name;
  }

  private record Df(int total, int active, String size, String reclaimable) {}

  private Df df() throws Exception {
    String out = run("system", "df").expect(0).out();
    Matcher row = ROW.matcher(out);
    assertTrue(row.find(), out);
    return new Df(
        Integer.parseInt(row.group(1)), Integer.parseInt(row.group(2)), row.group(3), row.group(4));
  }

  private String pruned(String... flags) throws Exception {
    List<String> all = new java.util.ArrayList<>(List.of("image", "prune", "-f"));
    all.addAll(List.of(flags));
    Result result = run(all.toArray(new String[0])).expect(0);
    assertEquals("", result.err());
    Matcher total = Pattern.compile("Total reclaimed space: (\\S+)\n$").matcher(result.out());
    assertTrue(total.find(), result.out());
    return total.group(1);
  }

  /// Bytes of the plain files in blobs, snapshots and downloads; each inode once.
  private long bytes() throws IOException {
    long[] bytes = new long[1];
    Set<Object> seen = new HashSet<>();
    for (String part : List.of("images/blobs", "snapshots", "ingest")) {
      Files.walkFileTree(
          nsbox.root.resolve(part),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile() && seen.add(attributes.fileKey())) {
                bytes[0] += attributes.size();
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof NoSuchFileException) {
                /* Nothing was there yet, or a pull that goes on has just moved it. */
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }
          });
    }
    return bytes[0];
  }

  private static String human(long bytes) {
    String[] units = {"B", "kB", "MB", "GB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1000) {
      value /= 1000;
      unit++;
    }
    return new java.math.BigDecimal(value)
            .round(new java.math.MathContext(3, java.math.RoundingMode.HALF_EVEN))
            .stripTrailingZeros()
            .toPlainString()
        + units[unit];
  }

  @Test
  void freesExactlyWhatItSays() throws Exception {
    pruned("-a");
    assertEquals(new Df(0, 0, "0B", "0B"), df());
    String used = pulled(Crafted.random(600, 400_000, 12_345));
    pulled(Crafted.random(601, 700_000, 54_321));
    run("run", "--name", "keeper", used).expect(0);
    long before = bytes();
    Df promised = df();
    assertEquals(2, promised.total());
    assertEquals(1, promised.active());
    assertEquals(human(before), promised.size());
    String freed = pruned("-a");
    long after = bytes();
    assertEquals(human(before - after), freed);
    assertEquals(freed, promised.reclaimable());
    assertEquals(new Df(1, 1, human(after), "0B"), df());
    assertEquals("0B", pruned("-a"));
    run("rm", "keeper").expect(0);
    assertEquals(human(after), df().reclaimable());
    assertEquals(human(after), pruned("-a"));
    assertEquals(0, bytes());
  }

  @Test
  void leavesImagesWithNamesWhereNotAsked() throws Exception {
    pruned("-a");
    Crafted old = Crafted.random(602, 100_000);
    Crafted renewed = Crafted.random(603, 100_000);
    String repository = newRepository();
    populated.image(old, repository, "1");
    String name = proxy.host() + "/" + repository + ":1";
    pulls(old, name);
    run("tag", name, "kept:1").expect(0);
    populated.image(renewed, repository, "1");
    pulls(renewed, name);
    List<String> all = store.listing();
    assertEquals("0B", pruned());
    assertEquals(all, store.listing());
    run("untag", "kept:1").expect(0);
    assertTrue(
        run("images", "-f", "dangling=true", "-q", "--no-trunc").out().contains(old.imageId()));
    long before = bytes();
    String freed = pruned();
    assertEquals(human(before - bytes()), freed);
    assertFalse(store.blobs().contains(old.layers().getLast().digest().substring(7)));
    assertTrue(store.blobs().contains(renewed.layers().getFirst().digest().substring(7)));
    assertEquals(0, run("run", "--rm", "--pull", "never", name).code());
    store.assertSound();
  }

  @Test
  void asks() throws Exception {
    pruned("-a");
    pulled(Crafted.random(604, 1000));
    List<String> before = store.listing();
    for (String answer : List.of("n", "", "N", "yesterday", "\\n")) {
      Result result = answered(answer);
      assertTrue(result.out().contains("Are you sure you want to continue? [y/N]"), result.out());
      assertFalse(result.out().contains("reclaimed"), result.out());
      assertEquals(before, store.listing(), "after " + answer);
    }
    Result none = run("image", "prune", "-a").expect(0);
    assertTrue(none.out().contains("WARNING!"), none.out());
    assertEquals(before, store.listing());
    assertTrue(answered("y\\n").out().contains("Total reclaimed space: "));
    assertEquals(List.of(), store.blobs());
  }

  private Result answered(String answer) throws Exception {
    return nsbox
        .start(
            Map.of("HOME", home.toString()),
            List.of("/bin/sh", "-c", "printf '" + answer + "' | nsbox image prune -a"))
        .finish()
        .expect(0);
  }

  @Test
  void countsAndFreesWhatABrokenPullLeft() throws Exception {
    pruned("-a");
    Crafted image = Crafted.random(605, 3_000_000);
    String name = pushed(image);
    String blob = "GET .*/blobs/" + image.layers().getLast().digest();
    proxy.first(1, blob, Faults.truncateAfter(1_000_000));
    proxy.on(blob, Faults.refuse("403 Forbidden", ""));
    pull(name).result().expect(125);
    long left = bytes();
    assertTrue(left >= 500_000, "left " + left);
    Df promised = df();
    assertEquals(0, promised.total());
    assertEquals(human(left), promised.size());
    assertEquals(human(left), promised.reclaimable());
    run("rmi", "--ignore", "nobody:1").expect(0);
    assertEquals(left, bytes(), "rmi leaves what the next pull can use");
    assertEquals(human(left), pruned());
    assertEquals(0, bytes());
    proxy.reset();
    pulls(image, name);
  }

  @Test
  void leavesADownloadThatGoesOn() throws Exception {
    pruned("-a");
    Crafted image = Crafted.random(606, 2_000_000);
    String name = pushed(image);
    proxy.on("GET .*/blobs/" + image.layers().getLast().digest(), Faults.drip(500_000));
    Running pulling = start("pull", "-q", name);
    Nsbox.await("a download", () -> bytes() > 200_000);
    for (int i = 0; i < 3; i++) {
      assertEquals("0B", pruned("-a"));
      assertEquals("0B", df().reclaimable());
    }
    assertEquals(image.imageId() + "\n", pulling.finish().expect(0).out());
    assertEquals(2_000_000 + 612, fetched(image.layers().getLast()), 2000);
    store.assertSound();
  }

  @Test
  void freesWhatAKilledPullLeft() throws Exception {
    pruned("-a");
    Crafted image = Crafted.random(607, 2_000_000);
    String name = pushed(image);
    proxy.on("GET .*/blobs/" + image.layers().getLast().digest(), Faults.stallAfter(700_000));
    Running pulling = start("pull", "-q", name);
    Nsbox.await("a download", () -> bytes() > 500_000);
    pulling.process().descendants().forEach(ProcessHandle::destroyForcibly);
    pulling.process().destroyForcibly();
    pulling.process().waitFor();
    Nsbox.await(
        "the lease's end",
        () -> {
          pruned("-a");
          return bytes() == 0;
        });
    assertEquals(new Df(0, 0, "0B", "0B"), df());
  }
}
