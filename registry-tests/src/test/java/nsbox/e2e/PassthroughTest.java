package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// The log driver `passthrough`: a container has the very streams of who starts it.
final class PassthroughTest extends NamedContainers {
  private static final String RUN = "nsbox run --log-driver passthrough ";

  private String file(String name) throws Exception {
    return Files.readString(nsbox.folder.resolve(name));
  }

  @Test
  void givesAContainerTheCallersStreams() throws Exception {
    String script = " sh -c 'cat; echo error >&2; stat -Lc %i /proc/self/fd/1; exit 3'";
    Result result =
        nsbox.sh(
            "echo in | "
                + RUN
                + "--name box "
                + ALPINE
                + script
                + " >file 2>err; echo $?; stat -c %i file");
    String[] lines = result.expect(0).out().split("\n");
    assertEquals("3", lines[0]);
    assertEquals("in\n" + lines[1] + "\n", file("file"));
    assertEquals("error\n", file("err"));
    assertEquals(
        new Result(
            125, "", "nsbox: box: its log driver is passthrough, so there is no log to be read\n"),
        nsbox.run("logs", "box"));
    Path container = nsbox.root.resolve("containers").resolve(nsbox.containers().getFirst());
    assertTrue(Files.notExists(container.resolve("log")));
  }

  @Test
  void givesThemToADetachedOneWithEachStart() throws Exception {
    nsbox
        .sh(
            RUN
                + "-d --name box --restart on-failure:2 "
                + ALPINE
                + " sh -c 'echo x; exit 1' >file 2>&1")
        .expect(0);
    Nsbox.await("the last end", () -> Nsbox.entries(nsbox.runRoot).isEmpty());
    /* Whose ID is printed may have written before. */
    assertEquals(
        List.of("x", "x", "x"), file("file").lines().filter(it -> it.length() < 64).toList());
    nsbox.sh("nsbox start box >again").expect(0);
    Nsbox.await("the last end", () -> Nsbox.entries(nsbox.runRoot).isEmpty());
    assertEquals(List.of("box", "x", "x", "x"), file("again").lines().sorted().toList());
  }

  @Test
  void letsGoOfThemWithItsEndAndNotBefore() throws Exception {
    Result result =
        nsbox.sh("(" + RUN + "-d --rm " + ALPINE + " sh -c 'sleep 1; echo late') | cat");
    assertTrue(result.out().matches("[0-9a-f]{64}\nlate\n"), result.out());
    /* Who logs has let go at once: the pipe ends although the container runs. */
    long begin = System.nanoTime();
    nsbox.sh("nsbox run -d --name other " + ALPINE + " sleep 300 | cat").expect(0);
    assertTrue(System.nanoTime() - begin < 15_000_000_000L);
  }

  @Test
  void leavesThemToWhoseTheyAre() throws Exception {
    nsbox.sh(RUN + "--rm -u 1000 " + ALPINE + " id -u >file 2>err").expect(0);
    assertEquals("1000\n", file("file"));
    assertEquals("0\n", nsbox.sh("stat -c %u file").out());
  }

  @Test
  void servesNoClient() throws Exception {
    nsbox.sh(RUN + "-d --name box " + ALPINE + " sleep 300 >file").expect(0);
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: cannot attach to container box\n"
                + "  Its log driver is passthrough: it has the streams of who started it.\n"),
        nsbox.run("attach", "box"));
    nsbox.run("stop", "-t", "0", "box").expect(0);
    assertTrue(status("box").contains("Exited (137)"), status("box"));
  }

  @Test
  void refusesATerminal() throws Exception {
    String script = program("script");
    String words = "the '--log-driver passthrough' option cannot be used on a TTY";
    for (String command :
        List.of(
            RUN + ALPINE + " true",
            RUN + "-d " + ALPINE + " true",
            RUN.replace("run", "create") + ALPINE)) {
      String out = nsbox.sh(script + " -qec '" + command + "' /dev/null </dev/null").out();
      assertTrue(out.contains("nsbox: " + words), out);
      assertEquals(List.of(), nsbox.containers());
    }
    nsbox.sh(RUN.replace("run", "create") + "--name box " + ALPINE + " true").expect(0);
    String out = nsbox.sh(script + " -qec 'nsbox start box' /dev/null </dev/null").out();
    assertTrue(out.contains(words), out);
    assertTrue(status("box").contains("Created"), status("box"));
    assertEquals(
        new Result(125, "", "nsbox: --log-driver passthrough and --tty exclude each other\n"),
        nsbox.sh(RUN + "-t " + ALPINE + " true"));
  }
}
