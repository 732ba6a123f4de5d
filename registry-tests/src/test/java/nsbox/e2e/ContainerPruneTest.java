package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// `container exists`, `container prune`, `system prune`, and the commands by group.
final class ContainerPruneTest extends NamedContainers {
  @Test
  void tellsByTheExitCode() throws Exception {
    running("a");
    assertEquals(new Result(0, "", ""), nsbox.run("container", "exists", "a"));
    assertEquals(new Result(1, "", ""), nsbox.run("container", "exists", "none"));
  }

  @Test
  void removesWhatDoesNotRun() throws Exception {
    String a = running("a");
    String b = running("b", "true");
    Nsbox.await("its end", () -> status("b").contains("Exited"));
    nsbox.run("create", "--name", "c", ALPINE, "true").expect(0);
    String question =
        "WARNING! This will remove all stopped containers.\n"
            + "Are you sure you want to continue? [y/N] ";
    assertEquals(new Result(0, question, ""), nsbox.run("container", "prune"));
    assertEquals(3, nsbox.containers().size());
    assertEquals(
        new Result(0, "Total reclaimed space: 0B\n", ""),
        nsbox.run("container", "prune", "-f", "--filter", "until=1h"));
    String out = nsbox.run("container", "prune", "-f").expect(0).out();
    assertTrue(out.startsWith("Deleted Containers:\n"), out);
    assertTrue(out.contains(b) && out.contains("\nTotal reclaimed space: "), out);
    assertEquals(List.of(a), nsbox.containers());
    assertTrue(status("a").contains("Up"));
    assertEquals(
        new Result(0, "Total reclaimed space: 0B\n", ""), nsbox.run("container", "prune", "-f"));
  }

  @Test
  void removesImagesToo() throws Exception {
    running("a", "true");
    Nsbox.await("its end", () -> status("a").contains("Exited"));
    String out = nsbox.sh("echo y | nsbox system prune").expect(0).out();
    assertTrue(out.contains("Deleted Containers:"), out);
    assertEquals(List.of(), nsbox.containers());
    assertTrue(nsbox.run("images", "-q").out().length() > 0, "it has a name");
    nsbox.run("run", "--rm", "-v", "named:/n", ALPINE, "true").expect(0);
    String nameless = nsbox.run("volume", "create").expect(0).out();
    String said = nsbox.run("system", "prune", "-f", "--volumes").expect(0).out();
    assertTrue(said.contains("Deleted Volumes:\n" + nameless), said);
    assertEquals("named\n", nsbox.run("volume", "ls", "-q").out());
    nsbox.run("volume", "rm", "named").expect(0);
  }

  @Test
  void knowsTheCommandsByGroup() throws Exception {
    nsbox.run("container", "run", "--name", "a", ALPINE, "true").expect(0);
    assertTrue(nsbox.run("container", "ls", "-a").expect(0).out().contains("Exited"));
    assertEquals(new Result(0, "a\n", ""), nsbox.run("container", "rm", "a"));
    assertTrue(nsbox.run("container", "--help").expect(0).out().contains("Usage: nsbox container"));
    assertEquals(125, nsbox.run("container", "nosuch").code());
  }
}
