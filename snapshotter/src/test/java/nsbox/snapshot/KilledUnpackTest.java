package nsbox.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whoever is killed while it unpacks or removes leaves nothing that is seen and wrong, and whoever
/// comes next repairs without being asked.
@Timeout(600)
class KilledUnpackTest extends RootTest {
  private static final int PROCESSES = 50;

  /// One kill meets that many threads, each at a point of its own and with a store of its own.
  private static final int THREADS = 4;

  private static final int KILLS = PROCESSES * THREADS;

  private int rubbish;
  private int whole;
  private final ApplyImage image = ApplyImage.of("killed");

  @Override
  Path place() {
    return fastPlace();
  }

  /// `ROOT...`: in a thread for each, unpacks the image and removes it, over and over. The first
  /// says `.` after each round.
  static final class Loop {
    public static void main(String[] arguments) {
      for (String root : arguments) {
        new Thread(() -> run(Path.of(root), root.equals(arguments[0]))).start();
      }
    }

    private static void run(Path root, boolean first) {
      try {
        ApplyImage image = ApplyImage.of("killed");
        Snapshots snapshots = Snapshots.open(root);
        while (true) {
          image.apply(root);
          for (String chainId : image.chain.reversed()) {
            snapshots.remove(chainId);
          }
          if (first) {
            System.out.print('.');
            System.out.flush();
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void leavesNothingWrongWhereverItIsKilled() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    image.apply(root);
    Map<String, String> reference = dump(snapshots);
    List<Path> roots = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      roots.add(temporary.resolve("killed" + i));
    }
    for (int i = 0; i < PROCESSES; i++) {
      killOnce(roots, random);
      for (Path killed : roots) {
        check(killed, reference);
      }
    }
    System.out.println(
        KILLS + " kills: " + rubbish + " left rubbish, " + whole + " snapshots were visible");
    // Else the kills did not meet the work.
    assertTrue(rubbish > KILLS / 10, rubbish + " of " + KILLS);
    assertTrue(whole > KILLS / 10, whole + " of " + KILLS);
  }

  /// Kills at a point that is as likely anywhere in one round of unpacking and removing.
  private static void killOnce(List<Path> roots, Random random) throws Exception {
    String[] arguments = roots.stream().map(Path::toString).toArray(String[]::new);
    Process process = Java.start(Loop.class, arguments);
    try {
      // The first rounds take longer than usual.
      awaitDots(process, 3);
      long start = System.nanoTime();
      awaitDots(process, 1);
      long roundNanos = System.nanoTime() - start;
      long nanos = random.nextLong(roundNanos);
      Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static void awaitDots(Process process, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      assertEquals('.', process.getInputStream().read());
    }
  }

  private void check(Path root, Map<String, String> reference) throws IOException {
    Snapshots after = Snapshots.open(root);
    Map<String, String> visible = dump(after);
    whole += visible.size();
    visible.forEach((chainId, text) -> assertEquals(reference.get(chainId), text));
    if (entries(root) > visible.size()) {
      rubbish++;
    }
    image.apply(root);
    // If all was there, nothing was unpacked, and the rubbish stays for the next who does or
    // sweeps.
    if (visible.size() == reference.size()) {
      after.sweep();
    }
    assertEquals(reference, dump(after));
    assertEquals(reference.size(), entries(root));
  }

  private static int entries(Path root) {
    return root.toFile().list().length;
  }

  private static Map<String, String> dump(Snapshots snapshots) throws IOException {
    Map<String, String> dump = new HashMap<>();
    for (String chainId : snapshots.list()) {
      dump.put(chainId, ApplyAllTest.text(snapshots.directory(chainId).getParent()));
    }
    return dump;
  }
}
