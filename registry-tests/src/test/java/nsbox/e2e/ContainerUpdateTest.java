package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// `update`: limits of containers, at once and for later starts.
final class ContainerUpdateTest extends NamedContainers {
  private String limit(String id, String file1, String file2) throws Exception {
    for (Path file :
        List.of(
            Path.of("/sys/fs/cgroup/" + file1.substring(0, file1.indexOf('.')), "nsbox", id, file1),
            Path.of("/sys/fs/cgroup/nsbox", id, file2))) {
      if (Files.exists(file)) {
        return Files.readString(file).strip();
      }
    }
    return "";
  }

  @Test
  void changesWhatRunsAndWhatIsStarted() throws Exception {
    String id = running("a");
    assertEquals(new Result(0, "a\n", ""), nsbox.run("update", "--pids-limit", "77", "a"));
    assertEquals("77", limit(id, "pids.max", "pids.max"));
    nsbox.run("restart", "-t", "0", "a").expect(0);
    assertEquals("77", limit(id, "pids.max", "pids.max"));
    nsbox.run("stop", "-t", "0", "a").expect(0);
    assertEquals(new Result(0, "a\n", ""), nsbox.run("update", "--pids-limit", "78", "a"));
    nsbox.run("start", "a").expect(0);
    assertEquals("78", limit(id, "pids.max", "pids.max"));
  }

  @Test
  void refusesWhatIsNone() throws Exception {
    String id = running("a");
    String before = limit(id, "pids.max", "pids.max");
    assertEquals(
        new Result(125, "", "nsbox: --pids-limit x: expected a number\n"),
        nsbox.run("update", "--pids-limit", "x", "a"));
    assertEquals(
        new Result(125, "", "nsbox: update: no option says what to change\n"),
        nsbox.run("update", "a"));
    assertEquals(
        new Result(125, "", "nsbox: fakepolicy invalid restart policy\n"),
        nsbox.run("update", "--restart", "fakepolicy", "a"));
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: --cpus cannot be used with --cpu-period or --cpu-quota: it says both\n"),
        nsbox.run("update", "--cpus", "1", "--cpu-quota", "5", "a"));
    assertEquals(1, nsbox.run("update", "--pids-limit", "9", "none").code());
    assertEquals(before, limit(id, "pids.max", "pids.max"));
  }

  @Test
  void keepsTheRestartPolicyInTheRecord() throws Exception {
    String id = running("a");
    nsbox.run("update", "--restart", "on-failure:3", "a").expect(0);
    String record = Files.readString(nsbox.root.resolve("containers/" + id + "/container.json"));
    assertTrue(record.contains("\"restart\":\"on-failure:3\""), record);
    assertTrue(status("a").contains("Up"));
  }
}
