package nsbox.e2e.runtime.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import nsbox.e2e.runtime.Bundle;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The runtime's own process, as seen by those whose container it enters.
final class ProcessAttackTest extends AttackTests {
  private static final int EXECS = 12;
  private static final String NO_PROGRAM = "/memfd:nsbox";

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  private Path binary() {
    return Nsbox.HOME.resolve("bin/nsbox");
  }

  /// Starts the attack in a container, as its first process, and lets the host run programs in
  /// there.
  ///
  /// Detached: while a runtime runs, its program is busy and safe from being written to.
  ///
  /// @return what the attack says
  private String attackDuringExecs(Bundle bundle, String attack, String... program)
      throws Exception {
    bundle.program("bin/attack", attack()).arguments("attack", attack, "60");
    Running running = startRuntime("run", "--detach", "-b", bundle.write().toString(), id());
    assertEquals(0, running.process().waitFor());
    running.awaitOut("up");
    List<String> words = new ArrayList<>(List.of("exec", id()));
    words.addAll(List.of(program));
    for (int i = 0; i < EXECS; i++) {
      runtime(words.toArray(new String[0]));
    }
    Thread.sleep(100);
    runtime("delete", "--force", id()).expect(0);
    return running.out() + running.err();
  }

  @Test
  @DisplayName("CVE-2016-9962: a process of the container looks into the one that joins it")
  void letsNobodyLookIntoAProcessThatJoins() throws Exception {
    /* The same rights as the process that joins will have: from the moment on when that gives up its
     * own, only the flag protects it. */
    assertEquals("up\n", attackDuringExecs(bundle(), "look", "true"));
  }

  @Test
  @DisplayName("CVE-2019-5736: a process of the container overwrites the runtime's program")
  void keepsItsProgramFromThoseInside() throws Exception {
    String before = sha256(binary());
    Bundle bundle = bundle();
    /* With all rights, also to look into processes that are not dumpable. */
    List<String> all = new ArrayList<>();
    for (String name : List.of("SYS_PTRACE", "DAC_OVERRIDE", "SYS_ADMIN", "FOWNER", "KILL")) {
      all.add("CAP_" + name);
    }
    bundle.capabilities(all, "bounding", "effective", "permitted");
    bundle.process().put("noNewPrivileges", false);
    bundle.linux().remove("seccomp");
    assertEquals("up\n", attackDuringExecs(bundle, "overwrite", "/proc/self/exe"));
    assertEquals(before, sha256(binary()));
  }

  @Test
  @DisplayName("CVE-2019-5736: the container's program is /proc/self/exe")
  void isNoProgramOfTheContainers() throws Exception {
    String before = sha256(binary());
    Bundle direct = bundle().arguments("/proc/self/exe", "--version");
    Result result = run(direct);
    assertNotEquals(0, result.code());
    assertEquals("", result.out());
    Bundle linked = bundle().link("bin/start", Path.of("/proc/self/exe")).arguments("start");
    assertNotEquals(0, run(linked).code());
    Bundle interpreted = bundle();
    Files.writeString(interpreted.rootfs().resolve("bin/start"), "#!/proc/self/exe\n");
    Files.setPosixFilePermissions(
        interpreted.rootfs().resolve("bin/start"),
        java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    assertNotEquals(0, run(interpreted.arguments("start")).code());
    assertEquals(before, sha256(binary()));
  }

  @Test
  @DisplayName("CVE-2019-5736: what runs in the container is a sealed copy in memory")
  void isASealedCopyWhileItWaitsForStart() throws Exception {
    runtime("create", "-b", bundle().arguments("true").write().toString(), id()).expect(0);
    Path program = Path.of("/proc", pid(), "exe");
    assertTrue(Files.readSymbolicLink(program).toString().startsWith(NO_PROGRAM));
    assertEquals(sha256(binary()), sha256(program));
    /* While it runs it is busy; who keeps it open can wait for its end, and then it is sealed. */
    Result result =
        script(
            "exec 9<"
                + program
                + "; runtime start "
                + id()
                + "; until runtime state "
                + id()
                + " | grep -q stopped; do :; done; echo > /proc/self/fd/9");
    assertNotEquals(0, result.code());
    assertTrue(result.err().contains("/proc/self/fd/9: Operation not permitted"), result.err());
  }

  private String pid() throws Exception {
    String state = runtime("state", id()).expect(0).out();
    return state.replaceAll("(?s).*\"pid\": *(\\d+).*", "$1");
  }

  @Test
  @DisplayName("CVE-2024-21626: a working directory outside, by a descriptor")
  void refusesAWorkingDirectoryOutside() throws Exception {
    for (int fd = 3; fd <= 12; fd++) {
      Bundle bundle = bundle().arguments("cat", "passwd");
      bundle.process().put("cwd", "/proc/self/fd/" + fd);
      isRefused("/proc/self/fd/" + fd, run(bundle));
    }
  }

  @Test
  @DisplayName("CVE-2024-21626: a working directory outside, by a descriptor that is passed on")
  void refusesAWorkingDirectoryThatIsPassedOn() throws Exception {
    Bundle bundle = bundle().arguments("cat", "passwd");
    bundle.process().put("cwd", "/proc/self/fd/3");
    String words = "--preserve-fds 1 -b " + bundle.write() + " " + id() + " 3<" + canary.folder();
    isRefused("/proc/self/fd/3", script("runtime run " + words));
    isRefused("/proc/self/fd/3", script("runtime create " + words));
  }

  @Test
  @DisplayName("CVE-2024-21626: a working directory outside, for exec")
  void refusesAWorkingDirectoryOutsideForExec() throws Exception {
    runDetached(bundle().link("d", Path.of("/proc/self/fd/3")).arguments("sleep", "60"));
    String exec = "exec --preserve-fds 1 --cwd ";
    for (String directory :
        List.of("/proc/self/fd/3", "/d", "/d/out/..", "/proc/1/fd/../../self/fd/3")) {
      Result result =
          script("runtime " + exec + directory + " " + id() + " cat passwd 3<" + canary.folder());
      isRefused(directory, result);
    }
    for (int fd = 3; fd <= 8; fd++) {
      isRefused("/proc/self/fd/" + fd, runtime("exec", "--cwd", "/proc/self/fd/" + fd, id(), "ls"));
    }
  }

  @Test
  @DisplayName("CVE-2024-21626: descriptors of the caller's and of the runtime's own")
  void passesNoDescriptorsOn() throws Exception {
    Bundle bundle = bundle().script("echo /proc/self/fd/*");
    String standard = "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2";
    String open = " 7<" + canary.folder() + " 9<" + canary.folder() + "/secret";
    String run = "runtime run -b " + bundle.write() + " " + id();
    assertEquals(new Result(0, standard + " /proc/self/fd/3\n", ""), script(run + open));
    assertEquals(
        new Result(0, standard + " /proc/self/fd/3 /proc/self/fd/4\n", ""),
        script(run + " --preserve-fds 1 3</dev/null" + open));
  }
}
