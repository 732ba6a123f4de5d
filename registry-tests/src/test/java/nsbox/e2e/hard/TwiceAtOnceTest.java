package nsbox.e2e.hard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every command on the same container, volume or image by several callers at once: each succeeds
/// or says what it could not do to which; none hangs; afterwards all is as if they had come in a
/// row.
final class TwiceAtOnceTest extends HardTests {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String NAME = "pair";
  private static final String BY_ID = "(?s).*\\b[0-9a-f]{64}\\b.*";

  /* podman's words, which name none. */
  private static final String EXEC_REFUSED = "can only create exec sessions on running containers";

  /// What there is before.
  private enum Before {
    NOTHING,
    CREATED,
    RUNNING,
    PAUSED,
    ENDED
  }

  /// How many of those at once may succeed.
  private enum Succeed {
    ALL,
    ONE,
    ANY
  }

  private record Case(Before before, Succeed succeed, List<String> words) {
    @Override
    public String toString() {
      return before.name().toLowerCase() + ": " + String.join(" ", words);
    }
  }

  private static Case on(Before before, Succeed succeed, String words) {
    return new Case(before, succeed, List.of(words.split(" ")));
  }

  static Stream<Case> cases() {
    return Stream.of(
        on(Before.CREATED, Succeed.ANY, "start pair"),
        on(Before.ENDED, Succeed.ANY, "start pair"),
        on(Before.RUNNING, Succeed.ALL, "start pair"),
        on(Before.RUNNING, Succeed.ALL, "stop -t 0 pair"),
        on(Before.PAUSED, Succeed.ALL, "stop -t 0 pair"),
        on(Before.RUNNING, Succeed.ANY, "restart -t 0 pair"),
        on(Before.CREATED, Succeed.ANY, "restart -t 0 pair"),
        on(Before.RUNNING, Succeed.ANY, "kill pair"),
        on(Before.CREATED, Succeed.ONE, "rm pair"),
        on(Before.ENDED, Succeed.ONE, "rm pair"),
        on(Before.CREATED, Succeed.ALL, "rm -f pair"),
        on(Before.RUNNING, Succeed.ALL, "rm -f pair"),
        on(Before.PAUSED, Succeed.ALL, "rm -f pair"),
        on(Before.RUNNING, Succeed.ONE, "pause pair"),
        on(Before.PAUSED, Succeed.ONE, "unpause pair"),
        on(Before.RUNNING, Succeed.ALL, "exec pair echo x"),
        on(Before.RUNNING, Succeed.ALL, "cp file pair:/tmp/file"),
        on(Before.CREATED, Succeed.ALL, "cp file pair:/tmp/file"),
        on(Before.RUNNING, Succeed.ALL, "cp pair:/etc/passwd copy"),
        on(Before.ENDED, Succeed.ALL, "commit pair pair:2"),
        on(Before.RUNNING, Succeed.ANY, "rename pair pair2"),
        on(Before.CREATED, Succeed.ANY, "rename pair pair2"),
        on(Before.RUNNING, Succeed.ALL, "update --pids-limit 100 pair"),
        on(Before.CREATED, Succeed.ANY, "update --pids-limit 100 pair"),
        on(Before.ENDED, Succeed.ALL, "wait pair"),
        on(Before.ENDED, Succeed.ALL, "logs pair"),
        on(Before.ENDED, Succeed.ALL, "diff pair"),
        on(Before.ENDED, Succeed.ALL, "export -o exported.tar pair"),
        on(Before.RUNNING, Succeed.ALL, "top pair"),
        on(Before.RUNNING, Succeed.ALL, "inspect pair"),
        on(Before.NOTHING, Succeed.ONE, "create --name pair alpine:3.20 true"),
        on(Before.NOTHING, Succeed.ONE, "run -d --name pair alpine:3.20 sleep 300"),
        on(Before.NOTHING, Succeed.ANY, "run --rm --name pair alpine:3.20 true"),
        on(Before.NOTHING, Succeed.ALL, "volume create pair"),
        on(Before.NOTHING, Succeed.ALL, "tag alpine:3.20 pair:3"));
  }

  private void make(Before before) throws Exception {
    switch (before) {
      case NOTHING -> {}
      case CREATED -> nsbox.run("create", "--name", NAME, ALPINE, "sleep", "300").expect(0);
      case ENDED ->
          nsbox
              .run("run", "--name", NAME, ALPINE, "sh", "-c", "echo hi; [ -e f ] && sleep 99; > f")
              .expect(0);
      default -> {
        nsbox.run("run", "-d", "--name", NAME, ALPINE, "sleep", "300").expect(0);
        if (before == Before.PAUSED) {
          nsbox.run("pause", NAME).expect(0);
        }
      }
    }
  }

  private List<Result> atOnce(List<List<String>> commands) throws Exception {
    List<Running> running = new ArrayList<>();
    for (List<String> command : commands) {
      running.add(nsbox.start(command.toArray(new String[0])));
    }
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < running.size(); i++) {
      Result result = running.get(i).finish(LIMIT);
      List<String> command = commands.get(i);
      isClear(command.toString(), result);
      assertTrue(
          result.code() == 0
              || result.err().contains(NAME)
              || result.err().matches(BY_ID)
              || result.err().contains(EXEC_REFUSED),
          () -> command + ": " + result);
      results.add(result);
    }
    return results;
  }

  private List<Result> atOnce(int count, List<String> words) throws Exception {
    List<List<String>> commands = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      commands.add(words);
    }
    return atOnce(commands);
  }

  private void clean() throws Exception {
    theListIsTrue();
    everyContainerWorks();
    everythingGoes();
    assertEquals(List.of(), unfinished());
  }

  private static void hold(Succeed succeed, List<Result> results) {
    long good = results.stream().filter(it -> it.code() == 0).count();
    boolean holds =
        switch (succeed) {
          case ALL -> good == results.size();
          case ONE -> good == 1;
          case ANY -> good >= 1;
        };
    assertTrue(holds, () -> succeed + ": " + results);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void doesWhatItWouldInARow(Case wanted) throws Exception {
    Files.writeString(nsbox.folder.resolve("file"), "content");
    for (int count : new int[] {2, 8}) {
      make(wanted.before());
      hold(wanted.succeed(), atOnce(count, wanted.words()));
      theListIsTrue();
      if (count > 2) {
        everyContainerWorks();
      }
      everythingGoes();
    }
  }

  @Test
  void waitsTogether() throws Exception {
    nsbox.run("run", "-d", "--name", NAME, ALPINE, "sh", "-c", "sleep 1; exit 3").expect(0);
    for (Result result : atOnce(8, List.of("wait", NAME))) {
      assertEquals(new Result(0, "3\n", ""), result);
    }
    clean();
  }

  @Test
  void isAttachedToByMany() throws Exception {
    nsbox.run("run", "-d", "--name", NAME, ALPINE, "sh", "-c", "sleep 2; echo bye").expect(0);
    for (Result result : atOnce(8, List.of("attach", "--no-stdin", NAME))) {
      assertEquals(new Result(0, "bye\n", ""), result);
    }
    clean();
  }

  @Test
  void hasOneNameAfterManyRenames() throws Exception {
    make(Before.RUNNING);
    List<List<String>> commands = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      commands.add(List.of("rename", NAME, NAME + i));
    }
    hold(Succeed.ANY, atOnce(commands));
    String name = nsbox.run("ps", "--format", "{{.Names}}").expect(0).out().strip();
    assertTrue(name.matches("pair[0-7]"), name);
    assertEquals(List.of(name), Nsbox.entries(nsbox.root.resolve("names")));
    clean();
  }

  @Test
  void removesAVolumeOnce() throws Exception {
    nsbox.run("volume", "create", NAME).expect(0);
    hold(Succeed.ONE, atOnce(8, List.of("volume", "rm", NAME)));
    assertEquals(new Result(0, "", ""), nsbox.run("volume", "ls", "-q"));
    clean();
  }

  @Test
  void removesAnImageOnce() throws Exception {
    nsbox.run("tag", ALPINE, "pair:1").expect(0);
    hold(Succeed.ONE, atOnce(8, List.of("rmi", "pair:1")));
    clean();
  }

  /// Different ones, in each other's way.
  @Test
  void mixesWithOthers() throws Exception {
    List<List<String>> all =
        Stream.of(
                "start pair",
                "stop -t 0 pair",
                "restart -t 0 pair",
                "kill pair",
                "rm -f pair",
                "pause pair",
                "unpause pair",
                "exec pair true",
                "commit pair pair:1",
                "rename pair pair2",
                "rename pair2 pair",
                "update --pids-limit 90 pair",
                "wait pair",
                "run -d --name pair alpine:3.20 sleep 300")
            .map(it -> Arrays.asList(it.split(" ")))
            .toList();
    for (int i = 0; i < all.size(); i++) {
      for (int j = i + 1; j < all.size(); j++) {
        if (!waitForEachOther(all.get(i), all.get(j))) {
          if (nsbox.containers().isEmpty()) {
            make(Before.RUNNING);
          }
          atOnce(List.of(all.get(i), all.get(j)));
        }
      }
      clean();
    }
  }

  /* For an end, or for somebody to let a paused container go on. */
  private static boolean waitForEachOther(List<String> one, List<String> other) {
    List<String> both = List.of(one.getFirst(), other.getFirst());
    return both.contains("wait") || both.contains("pause") && both.contains("exec");
  }
}
