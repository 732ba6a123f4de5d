package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// Containers that are created first and started then, as often as one likes.
final class CreateStartTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private String created(String... command) throws Exception {
    String[] words = new String[command.length + 4];
    System.arraycopy(new String[] {"create", "--name", "c", ALPINE}, 0, words, 0, 4);
    System.arraycopy(command, 0, words, 4, command.length);
    String id = nsbox.run(words).expect(0).out().strip();
    assertEquals(64, id.length());
    return id;
  }

  @Test
  void whatIsCreatedDoesNotRun() throws Exception {
    created("sh", "-c", "echo hi; exit 3");
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
    assertEquals("", nsbox.run("ps", "-q").out());
    assertTrue(nsbox.run("ps", "-a").out().contains("Created"));
  }

  @Test
  void keepsItsFilesFromOneStartToTheNext() throws Exception {
    created("sh", "-c", "echo x >>/count; wc -l </count; exit 3");
    assertEquals(new Result(3, "1\n", ""), nsbox.run("start", "-a", "c"));
    assertTrue(nsbox.run("ps", "-a").out().contains("Exited (3)"));
    assertEquals(new Result(3, "2\n", ""), nsbox.run("start", "-a", "c"));
    assertEquals(new Result(0, "1\n2\n", ""), nsbox.run("logs", "c"));
  }

  @Test
  void givesItStandardInputWhereThatIsAskedFor() throws Exception {
    nsbox
        .run("create", "-i", "--name", "c", ALPINE, "sh", "-c", "read -t 2 a; echo \"<$a>\"")
        .expect(0);
    assertEquals(new Result(0, "<in>\n", ""), nsbox.sh("echo in | nsbox start -ai c"));
    assertEquals(new Result(0, "<in>\n", ""), nsbox.sh("echo in | nsbox start -i c"));
    assertEquals(new Result(0, "<>\nin\n", ""), nsbox.sh("echo in | (nsbox start -a c; cat)"));
    assertEquals(
        new Result(125, "", "nsbox: you cannot start and attach multiple containers at once\n"),
        nsbox.run("start", "-i", "c", "c"));
  }

  @Test
  void startsInTheBackground() throws Exception {
    created("sleep", "300");
    assertEquals(new Result(0, "c\n", ""), nsbox.run("start", "c"));
    String running = nsbox.run("ps", "-q").out();
    assertEquals(1, running.lines().count());
    assertEquals(new Result(0, "c\n", ""), nsbox.run("start", "c"), "it runs already");
    assertEquals(
        new Result(125, "", "nsbox: container c runs already\n"), nsbox.run("start", "-a", "c"));
    nsbox.run("stop", "-t", "0", "c").expect(0);
    assertTrue(nsbox.run("ps", "-a").out().contains("Exited (137)"));
    nsbox.run("start", "c").expect(0);
    assertEquals(running, nsbox.run("ps", "-q").out());
  }

  @Test
  void startsAfterAReboot() throws Exception {
    created("sleep", "300");
    nsbox.run("start", "c").expect(0);
    /* The monitor first: nobody sees the end. */
    nsbox.sh("kill -9 $(cut -d' ' -f1 run/*/monitor run/*/process)").expect(0);
    Nsbox.await("its end", () -> nsbox.run("ps", "-q").out().isEmpty());
    Nsbox.await("the clean-up", () -> Nsbox.entries(nsbox.runRoot).isEmpty());
    nsbox.run("start", "c").expect(0);
    assertEquals(1, nsbox.run("ps", "-q").out().lines().count());
  }

  @Test
  void twoStartsAtOnceMakeOneContainer() throws Exception {
    String id = created("sleep", "300");
    Running one = nsbox.start("start", "c");
    Running two = nsbox.start("start", "c");
    int failed = one.finish().code() == 0 ? two.finish().code() : 0;
    assertTrue(failed == 0 || failed == 125, "code " + failed);
    assertEquals(1, nsbox.run("ps", "-q").out().lines().count());
    assertTrue(Files.exists(nsbox.runRoot.resolve(id).resolve("process")));
  }

  @Test
  void severalAreStartedAndTheMissingNamed() throws Exception {
    created("true");
    assertEquals(
        new Result(
            1, "c\n", "nsbox: no container with name or ID \"none\" found: no such container\n"),
        nsbox.run("start", "none", "c"));
    assertEquals(
        new Result(125, "", "nsbox: you cannot start and attach multiple containers at once\n"),
        nsbox.run("start", "-a", "c", "c"));
  }
}
