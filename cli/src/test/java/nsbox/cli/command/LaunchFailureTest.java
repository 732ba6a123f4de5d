package nsbox.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.engine.Front.Outcome;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchFailureTest {
  private static final int ETXTBSY = 26;
  private static final int EBUSY = 16;

  @ParameterizedTest
  @CsvSource({
    Errno.ENOENT + ", 127, executable file not found in $PATH",
    Errno.ENOTDIR + ", 127, executable file not found in $PATH",
    Errno.EACCES + ", 126, permission denied",
    Errno.EPERM + ", 126, operation not permitted",
    ETXTBSY + ", 126, text file busy"
  })
  void saysWhyAProgramOfThePathDoesNotRun(int errno, int code, String reason) {
    Failure failure = execute("nope", errno);
    assertEquals(code, failure.exitCode());
    assertEquals(
        "cannot start container web\n  exec: \"nope\": " + reason + ".", failure.getMessage());
  }

  @Test
  void saysThatAFileOrItsInterpreterIsMissing() {
    Failure failure = execute("/nope", Errno.ENOENT);
    assertEquals(127, failure.exitCode());
    assertEquals(
        "cannot start container web\n"
            + "  exec: \"/nope\": no such file or directory, or its interpreter is missing.",
        failure.getMessage());
  }

  @Test
  void saysThatAFileIsNoProgram() {
    Failure failure = execute("/x", Errno.ENOEXEC);
    assertEquals(126, failure.exitCode());
    assertEquals(
        "cannot start container web\n"
            + "  exec: \"/x\": exec format error: no program for this machine, or a script without"
            + " #!.",
        failure.getMessage());
  }

  @Test
  void namesTheStepThatFailed() {
    Instructions steps = new Instructions();
    steps.add("one", Opcode.PIVOT_ROOT);
    steps.add("make the new root the root", Opcode.PIVOT_ROOT);
    Failure failure =
        LaunchFailure.of(
            "start container web",
            new Program(List.of(), steps.list(), List.of()),
            new Outcome(EBUSY, 1, 1, ""));
    assertEquals(125, failure.exitCode());
    assertEquals(
        "cannot start container web\n"
            + "  This step failed: make the new root the root: device or resource busy.",
        failure.getMessage());
  }

  @Test
  void findsTheStepInItsSection() {
    Instructions monitor = new Instructions();
    monitor.add("create the cgroup", Opcode.MKDIR, "/c", 0);
    Failure failure =
        LaunchFailure.of(
            "run container c",
            new Program(monitor.list(), List.of(), List.of()),
            new Outcome(Errno.EACCES, 0, 0, ""));
    assertEquals(
        "cannot run container c\n  This step failed: create the cgroup: permission denied.",
        failure.getMessage());
  }

  @Test
  void hintsAtALinkOfTheImage() {
    assertEquals(
        "cannot start container web\n"
            + "  This step failed: step: a symbolic link stands where none may be.\n"
            + "  The image has a link where /proc must be a folder.",
        step(Errno.ELOOP, Opcode.MOUNT_AT, "proc", "proc", "/proc", 0, List.of()).getMessage());
  }

  @Test
  void hintsAtAFileInPlaceOfAFolder() {
    assertEquals(
        "cannot start container web\n"
            + "  This step failed: step: not a directory.\n"
            + "  A file and a folder cannot be shown on each other's place.",
        step(Errno.ENOTDIR, Opcode.BIND_AT, "/s", "/t", 0, 0, 0, 0).getMessage());
  }

  @Test
  void hintsAtTheOptionForTheWorkingDirectory() {
    Failure failure = step(Errno.EACCES, Opcode.CHDIR, "/w");
    assertEquals(125, failure.exitCode());
    assertEquals(
        "cannot start container web\n"
            + "  This step failed: step: permission denied.\n"
            + "  See --workdir.",
        failure.getMessage());
  }

  private static Failure execute(String program, int errno) {
    return step(errno, Opcode.EXECUTE, List.of(program, "a"), List.of(), "/bin", 0);
  }

  private static Failure step(int errno, Opcode opcode, Object... arguments) {
    Instructions steps = new Instructions();
    steps.add("step", opcode, arguments);
    return LaunchFailure.of(
        "start container web",
        new Program(List.of(), steps.list(), List.of()),
        new Outcome(errno, 1, 0, ""));
  }
}
