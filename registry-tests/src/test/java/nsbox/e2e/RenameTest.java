package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// `rename`: the new name holds at once, and the old one is free.
final class RenameTest extends NamedContainers {
  @Test
  void renamesWhatRunsAndWhatDoesNot() throws Exception {
    String id = running("a");
    assertEquals(new Result(0, "", ""), nsbox.run("rename", "a", "b"));
    assertEquals(List.of("b"), Nsbox.entries(nsbox.root.resolve("names")));
    assertEquals("x\n", nsbox.run("exec", "b", "echo", "x").out());
    assertEquals(1, nsbox.run("stop", "a").code());
    running("a");
    nsbox.run("kill", "b").expect(0);
    Nsbox.await("its end", () -> status("b").contains("Exited"));
    nsbox.run("rename", id.substring(0, 12), "c").expect(0);
    nsbox.run("start", "c").expect(0);
    assertTrue(status("c").contains("Up"));
  }

  @Test
  void takesNoNameOfAnother() throws Exception {
    String a = running("a");
    String b = running("b");
    Result taken = nsbox.run("rename", "a", "b");
    assertEquals(125, taken.code());
    assertTrue(
        taken.err().startsWith("nsbox: the name b is in use by container " + b), taken.err());
    assertEquals(125, nsbox.run("rename", "a", "a").code());
    assertEquals(125, nsbox.run("rename", "a", "no/name").code());
    assertEquals(1, nsbox.run("rename", "none", "c").code());
    assertEquals(List.of("a", "b"), Nsbox.entries(nsbox.root.resolve("names")));
    assertTrue(status("a").startsWith(a.substring(0, 12)));
  }

  @Test
  void theNameOfATransientOneIsFreeAtItsEnd() throws Exception {
    nsbox.run("run", "-d", "--rm", "--name", "a", ALPINE, "sleep", "300").expect(0);
    nsbox.run("rename", "a", "b").expect(0);
    nsbox.run("rename", "b", "c").expect(0);
    nsbox.run("kill", "c").expect(0);
    Nsbox.await("its end", () -> nsbox.containers().isEmpty());
    Nsbox.await("its name", () -> Nsbox.entries(nsbox.root.resolve("names")).isEmpty());
  }

  @Test
  void aNameIsWhatTheContainerHasToo() throws Exception {
    String id = running("a");
    /* As one leaves it that is killed between the new name and the record. */
    Files.createSymbolicLink(nsbox.root.resolve("names/x"), Path.of("../containers/" + id));
    assertEquals(1, nsbox.run("stop", "x").code());
    running("x");
    assertTrue(status("x").contains("Up"));
  }

  @Test
  void manyAtOnceLeaveOneName() throws Exception {
    running("a");
    List<Running> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(nsbox.start("rename", "a", "n" + i));
    }
    int done = 0;
    for (Running one : all) {
      Result result = one.finish();
      done += result.code() == 0 ? 1 : 0;
      assertTrue(result.code() == 0 || result.code() == 1, result.toString());
    }
    assertTrue(done >= 1);
    List<String> names = Nsbox.entries(nsbox.root.resolve("names"));
    assertEquals(1, names.size(), names.toString());
    assertTrue(status(names.getFirst()).contains("Up"));
  }
}
