package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// What is in use is never collected: prunes run one after the other while others work.
final class PruneRaceTest extends RegistryTests {
  private static final int TIMES = 4;

  @Test
  void takesNothingFromPulls() throws Exception {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Crafted image = Crafted.random(300 + i, 50_000, 400_000, 800_000);
      String name = pushed(image);
      tasks.add(() -> {
        for (int n = 0; n < TIMES; n++) {
          Result result = begin("pull", "-q", name).finish();
          assertEquals(0, result.code(), result::toString);
          assertEquals(image.imageId() + "\n", result.out(), result::toString);
        }
        return null;
      });
    }
    whilePruning(tasks);
    store.assertSound();
    empties();
  }

  @Test
  void takesNothingFromRuns() throws Exception {
    String first = pushed(Crafted.random(310, 50_000, 300_000));
    String second = pushed(Crafted.random(311, 60_000, 200_000));
    List<Callable<Void>> tasks = new ArrayList<>();
    for (String name : List.of(first, second)) {
      tasks.add(() -> {
        for (int n = 0; n < TIMES; n++) {
          Result result = begin("run", "--rm", name).finish();
          assertEquals(0, result.code(), result::toString);
          assertTrue(result.out().startsWith("Hello from a container"), result::toString);
        }
        return null;
      });
    }
    whilePruning(tasks);
    store.assertSound();
    empties();
  }

  @Test
  void takesNothingFromOthersThatReadTheStore() throws Exception {
    String name = pushed(Crafted.random(320, 50_000, 500_000));
    String kept = pushed(Crafted.random(321, 50_000, 500_000));
    begin("run", "--name", "keeper", kept).finish().expect(0);
    String destination = plain.host() + "/race/app:1";
    whilePruning(
        List.of(
            () -> {
              for (int n = 0; n < TIMES; n++) {
                begin("copy", "-q", "docker://" + name, "store:race/copied:1").finish().expect(0);
              }
              return null;
            },
            () -> {
              for (int n = 0; n < TIMES; n++) {
                begin("push", "-q", kept, destination).finish().expect(0);
              }
              return null;
            },
            () -> {
              for (int n = 0; n < TIMES; n++) {
                begin("save", "-o", scratch.resolve("saved-" + n).toString(), kept)
                    .finish()
                    .expect(0);
              }
              return null;
            }));
    store.assertSound();
    begin("rm", "keeper").finish().expect(0);
    empties();
  }

  /* Files of a call are numbered without a lock. */
  private synchronized Running begin(String... arguments) throws Exception {
    return start(arguments);
  }

  /// Runs all tasks at once, and prunes until the last one has ended.
  private void whilePruning(List<Callable<Void>> tasks) throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    int prunes = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> pruning =
          threads.submit(() -> {
            int count = 0;
            while (!done.get()) {
              Result result = begin("image", "prune", "-af").finish();
              assertEquals(0, result.code(), result::toString);
              assertEquals("", result.err(), result::toString);
              count++;
            }
            return count;
          });
      List<Future<Void>> working = tasks.stream().map(threads::submit).toList();
      try {
        for (Future<Void> task : working) {
          task.get();
        }
      } finally {
        done.set(true);
      }
      prunes = pruning.get();
    }
    assertTrue(prunes >= 3, "only " + prunes + " prunes in that time");
  }

  /// With nobody left, a prune takes all: what is in use is no more than that.
  private void empties() throws Exception {
    begin("image", "prune", "-af").finish().expect(0);
    assertEquals(List.of(), store.blobs());
    assertEquals(
        List.of(),
        Nsbox.entries(nsbox.root.resolve("snapshots")).stream()
            .filter(it -> !it.startsWith("."))
            .toList());
  }
}
