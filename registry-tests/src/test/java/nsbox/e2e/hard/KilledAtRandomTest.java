package nsbox.e2e.hard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// Any command, any process of ours, any moment: `kill -9`, hundreds of times.
///
/// What is done is a function of the seed (`-Dnsbox.seed`), which a failure names; when a kill hits
/// is not. `-Dnsbox.rounds` says how often.
final class KilledAtRandomTest extends HardTests {
  private static final int ROUNDS = Integer.getInteger("nsbox.rounds", 300);
  private static final int LANES = 4;
  private static final int ROUNDS_OF_A_BATCH = 6;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final long seed = Long.getLong("nsbox.seed", System.nanoTime());
  private final Map<String, Long> usualMillis = new ConcurrentHashMap<>();

  /// Commands on the same two containers, one after the other.
  private final class Lane implements Callable<Void> {
    private final int number;
    private final Random random;
    private final List<String> done = new ArrayList<>();
    private int rounds;

    Lane(int number) {
      this.number = number;
      this.random = new Random(seed + number);
    }

    @Override
    public Void call() throws Exception {
      for (int i = 0; i < ROUNDS_OF_A_BATCH; i++) {
        round();
      }
      return null;
    }

    private void round() throws Exception {
      rounds++;
      String name = names().get(random.nextInt(2));
      List<String> command = command(random.nextInt(18), name);
      boolean starts = List.of("run", "create").contains(command.getFirst());
      if (random.nextInt(4) > 0) {
        makeReady(name, starts, random.nextBoolean());
      }
      int victim = random.nextInt(5);
      double moment = random.nextDouble();
      int choice = random.nextInt(1 << 20);
      String kind = command.get(0) + (command.get(1).startsWith("-") ? command.get(1) : "");
      long wait = (long) (moment * usualMillis.getOrDefault(kind, 500L));
      long start = System.nanoTime();
      Running running = nsbox.start(command.toArray(new String[0]));
      Thread.sleep(wait);
      String killed = kill(running, victim, choice);
      Result result = running.finish(LIMIT);
      long millis = (System.nanoTime() - start) / 1_000_000;
      done.add(
          rounds
              + ": "
              + command
              + ", after "
              + wait
              + " ms "
              + killed
              + ", "
              + millis
              + " ms: "
              + result);
      if (killed.isEmpty()) {
        usualMillis.merge(kind, millis, (old, now) -> (old + now) / 2);
      }
      isClear(done.getLast(), result);
    }

    /* Two lanes are in each other's way. */
    private List<String> names() {
      return number < 2 ? List.of("one" + number, "two" + number) : List.of("one", "two");
    }

    /* Most commands are to find what they are for; what they find else is worth a try, too. */
    private void makeReady(String name, boolean absent, boolean runs) throws Exception {
      boolean there = Files.isSymbolicLink(nsbox.root.resolve("names").resolve(name));
      List<String> command =
          absent
              ? List.of("rm", "-f", name)
              : runs
                  ? List.of("run", "-d", "--name", name, ALPINE, "sleep", "300")
                  : List.of("create", "--name", name, ALPINE, "sleep", "300");
      if (there == absent) {
        Result result = nsbox.start(command.toArray(new String[0])).finish(LIMIT);
        done.add(rounds + ": " + command + ": " + result);
        isClear(done.getLast(), result);
      }
    }

    private List<String> command(int kind, String name) {
      String file = nsbox.folder.resolve("file-" + number).toString();
      return switch (kind) {
        case 0 -> List.of("run", "--name", name, ALPINE, "sh", "-c", "echo up; sleep 0.2");
        case 1 -> List.of("run", "--rm", "--name", name, ALPINE, "sh", "-c", "echo up; sleep 0.2");
        case 2, 3, 4 -> List.of("run", "-d", "--name", name, ALPINE, "sleep", "300");
        case 5 -> List.of("run", "-d", "--rm", "--name", name, ALPINE, "sleep", "0.5");
        case 6 -> List.of("exec", name, "sh", "-c", "echo x; sleep 0.1");
        case 7 -> List.of("stop", "-t", "0", name);
        case 8 -> List.of("rm", name);
        case 9 -> List.of("rm", "-f", name);
        case 10 -> List.of("commit", name, "lane" + number + ":1");
        case 11 -> List.of("cp", file, name + ":/tmp/file");
        case 12 -> List.of("cp", name + ":/etc/hosts", file + "-out");
        case 13, 14 -> List.of("start", name);
        case 15 -> List.of("create", "--name", name, ALPINE, "sleep", "300");
        case 16 -> List.of("restart", "-t", "0", name);
        default -> List.of("kill", name);
      };
    }

    /* The command's own processes, or one that the run folders name. */
    private String kill(Running running, int victim, int choice) throws IOException {
      List<ProcessHandle> candidates = new ArrayList<>();
      if (victim == 0) {
        candidates.add(running.process().toHandle());
      } else if (victim <= 2) {
        candidates.addAll(Killing.of(running.process()));
      } else {
        candidates.addAll(recorded(victim == 3 ? "monitor" : "process"));
      }
      if (candidates.isEmpty()) {
        return "";
      }
      ProcessHandle chosen = candidates.get(choice % candidates.size());
      String which =
          (victim <= 2 ? "" : victim == 3 ? "monitor " : "init ")
              + chosen.pid()
              + " "
              + chosen.info().command().orElse("");
      return chosen.destroyForcibly() ? "killed " + which : "";
    }

    /* Of this lane's containers: the others' commands are to work. */
    private List<ProcessHandle> recorded(String file) throws IOException {
      List<ProcessHandle> found = new ArrayList<>();
      for (String name : names()) {
        Path link = nsbox.root.resolve("names").resolve(name);
        if (Files.isSymbolicLink(link)) {
          String id = Files.readSymbolicLink(link).getFileName().toString();
          Killing.recorded(nsbox, nsbox.runRoot.resolve(id).resolve(file)).ifPresent(found::add);
        }
      }
      return found;
    }
  }

  @Test
  void theNextCommandsWorkAndNothingIsLeft() throws Exception {
    List<Lane> lanes = new ArrayList<>();
    for (int i = 0; i < LANES; i++) {
      lanes.add(new Lane(i));
      Files.writeString(nsbox.folder.resolve("file-" + i), "content");
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(LANES)) {
      for (int round = 0; round < ROUNDS; round += LANES * ROUNDS_OF_A_BATCH) {
        lanes.forEach(it -> it.done.clear());
        for (Future<Void> lane : threads.invokeAll(lanes)) {
          lane.get();
        }
        theListIsTrue();
        everyContainerWorks();
        theListIsTrue();
        if (random(round)) {
          everythingGoes();
        }
      }
      everythingGoes();
      nsbox.run("system", "prune", "-f").expect(0);
      assertEquals(List.of(), unfinished());
    } catch (Exception | Error e) {
      throw new AssertionError(report(lanes), e);
    }
  }

  /* Half of the batches begin with what the one before has left. */
  private boolean random(int round) {
    return new Random(seed + round).nextBoolean();
  }

  private String report(List<Lane> lanes) throws IOException {
    StringBuilder text = new StringBuilder("-Dnsbox.seed=" + seed + "\n");
    for (Lane lane : lanes) {
      text.append("lane ").append(lane.number).append('\n');
      /* Of this batch; what was before has been found good. */
      lane.done.forEach(it -> text.append("  ").append(it.replace("\n", "\\n")).append('\n'));
    }
    return text.append(dump()).toString();
  }
}
