package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Callers with odd habits, and containers that leave awkward things behind.
final class CallersTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  @Test
  void mayHaveClosedTheirStreams() throws Exception {
    String run = "timeout 20 nsbox run --rm " + ALPINE + " sh -c 'echo hi; exit 7'";
    assertEquals(new Result(7, "", ""), nsbox.sh(run + " >&-"));
    assertEquals(new Result(7, "", ""), nsbox.sh(run + " <&- >&- 2>&-"));
  }

  @Test
  void mayIgnoreTheDeathOfChildren() throws Exception {
    assertEquals(
        new Result(7, "", ""),
        nsbox.sh(
            program("python3")
                + " -c 'import os, signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN);"
                + " os.execvp(\"nsbox\", [\"nsbox\", \"run\", \"--rm\", \""
                + ALPINE
                + "\", \"sh\", \"-c\", \"exit 7\"])'"));
  }

  @Test
  void keepTheirUmaskToThemselves() throws Exception {
    assertEquals(
        new Result(0, "0022\n755\n755\n", ""),
        nsbox.sh(
            "umask 077; nsbox run --rm -w /a/b " + ALPINE + " sh -c 'umask; stat -c %a /a /a/b'"));
  }

  @Test
  void mayStandInAFolderThatIsGone() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: the current folder has been deleted, so out is nowhere; use an absolute path\n"),
        nsbox.sh("mkdir gone; cd gone; rmdir ../gone; nsbox bundle " + ALPINE + " out"));
    assertEquals(
        new Result(0, "ok\n", ""),
        nsbox.sh("mkdir gone; cd gone; rmdir ../gone; nsbox run --rm " + ALPINE + " echo ok"));
  }

  @Test
  void seeControlCharactersInTablesAndDoNotGetThem() throws Exception {
    nsbox.run("run", ALPINE, "true", "\u001b]0;x\u0007").expect(0);
    Result ps = nsbox.run("ps", "-a");
    assertTrue(ps.out().contains("\\x1b]0;x\\x07"), ps.out());
    assertFalse(ps.out().contains("\u001b"), ps.out());
  }

  @Test
  void canRemoveATreeDeeperThanTheyHaveDescriptors() throws Exception {
    nsbox
        .run(
            "run",
            "--name",
            "deep",
            ALPINE,
            "sh",
            "-c",
            "i=0; while [ $i -lt 1500 ]; do mkdir d && cd d; i=$((i+1)); done")
        .expect(0);
    assertEquals(new Result(0, "deep\n", ""), nsbox.sh("ulimit -n 64; nsbox rm deep"));
  }

  @Test
  void mayCallTheirFoldersWhatTheyLike() throws Exception {
    Path root = nsbox.folder.resolve("a b,c:d\\e");
    String roots = "'" + root + "/root' --run-root '" + root + "/run'";
    assertEquals(
        new Result(0, "odd\n", ""),
        nsbox.sh(
            "nsbox --root "
                + roots
                + " import "
                + layout("alpine")
                + " >import.out && nsbox --root "
                + roots
                + " run --rm "
                + ALPINE
                + " echo odd"));
  }

  @Test
  void canForceAwayAContainerWhoseReaderTakesNothing() throws Exception {
    Result result =
        nsbox.sh(
            "nsbox run --name stuck "
                + ALPINE
                + " yes | { while ! nsbox ps -q | grep -q .; do sleep 0.1; done; sleep 1;"
                + " nsbox rm -f stuck >&2; }");
    assertEquals("stuck\n", result.err());
  }

  /* Who changes user by itself loses the signal that a dying monitor would send. */
  @Test
  void findAContainerWhoseMonitorWasKilledAfterItChangedItsUser() throws Exception {
    String id =
        nsbox
            .run("run", "-d", ALPINE, "su", "nobody", "-s", "/bin/sh", "-c", "exec sleep 300")
            .out()
            .strip();
    long init = nsbox.initOf(id);
    Nsbox.await(
        "the user has changed",
        () -> Files.getAttribute(Path.of("/proc/" + init), "unix:uid").equals(65534));
    String monitor = Files.readString(nsbox.runRoot.resolve(id).resolve("monitor"));
    Nsbox.sendKill(Long.parseLong(monitor.split(" ")[0]));
    assertTrue(nsbox.run("ps", "--no-trunc", "-q").out().contains(id), "it goes on");
    nsbox.run("stop", "-t", "0", id).expect(0);
    assertTrue(nsbox.run("ps", "-a").out().contains("Exited (137)"));
  }
}
