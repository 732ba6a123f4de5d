package nsbox.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import nsbox.runtime.state.ProcessIdentity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessIdentityTest {
  @TempDir Path folder;

  @Test
  void isAliveWhileTheProcessRuns() throws IOException {
    ProcessIdentity self = ProcessIdentity.ofSelf();
    assertEquals(ProcessHandle.current().pid(), self.pid());
    assertTrue(self.isAlive());
    assertFalse(new ProcessIdentity(self.pid(), self.startTime() - 1).isAlive());
    assertFalse(StateFixture.NOBODY.isAlive());
  }

  /* /proc/PID/stat has the name in parentheses and escapes nothing in it. */
  @ParameterizedTest
  @ValueSource(strings = {"a) (b", ") Z 1 2", "x y z", "))) S 0"})
  void isNotTakenInByAName(String name) throws Exception {
    Path program = folder.resolve(name);
    Files.copy(Path.of("/bin/sleep").toRealPath(), program, StandardCopyOption.COPY_ATTRIBUTES);
    Process process = new ProcessBuilder(program.toString(), "60").start();
    try {
      int pid = (int) process.pid();
      Path stat = Path.of("/proc/" + pid + "/stat");
      for (int tries = 0; !Files.readString(stat).contains("(" + name + ")"); tries++) {
        assertTrue(tries < 1000, Files.readString(stat));
        Thread.sleep(5);
      }
      String text = Files.readString(stat);
      String[] fields = text.substring(text.lastIndexOf(") ") + 2).split(" ");
      long startTime = Long.parseLong(fields[22 - 3]);
      assertTrue(new ProcessIdentity(pid, startTime).isAlive());
      assertFalse(new ProcessIdentity(pid, startTime + 1).isAlive());
      process.destroyForcibly();
      assertTrue(process.waitFor(10, TimeUnit.SECONDS));
      assertFalse(new ProcessIdentity(pid, startTime).isAlive());
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void isNotAliveOnceTheProcessWaitsForItsParent() throws Exception {
    Process parent = new ProcessBuilder("sh", "-c", "sleep 0 & echo $!; exec sleep 60").start();
    try {
      int pid = Integer.parseInt(parent.inputReader().readLine());
      Path stat = Path.of("/proc/" + pid + "/stat");
      for (int tries = 0; !Files.readString(stat).contains(") Z "); tries++) {
        assertTrue(tries < 1000, Files.readString(stat));
        Thread.sleep(5);
      }
      String text = Files.readString(stat);
      long startTime = Long.parseLong(text.substring(text.lastIndexOf(") ") + 2).split(" ")[19]);
      assertFalse(new ProcessIdentity(pid, startTime).isAlive());
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void readsWhatItWrote() throws IOException {
    Path file = folder.resolve("monitor");
    ProcessIdentity identity = new ProcessIdentity(42, 4242424242L);
    Files.writeString(file, identity.text());
    assertEquals("42 4242424242\n", Files.readString(file));
    assertEquals(Optional.of(identity), ProcessIdentity.read(file));
  }

  @Test
  void isNobodyWhereNothingIsWritten() throws IOException {
    assertEquals(Optional.empty(), ProcessIdentity.read(folder.resolve("none")));
    Path empty = Files.createFile(folder.resolve("empty"));
    assertEquals(Optional.empty(), ProcessIdentity.read(empty));
  }

  @Test
  void refusesWhatNobodyWrote() throws IOException {
    Path file = folder.resolve("monitor");
    Files.writeString(file, "a b\n");
    IOException e = assertThrows(IOException.class, () -> ProcessIdentity.read(file));
    assertEquals(file + " should hold a pid and a start time, but has: a b\n", e.getMessage());
  }
}
