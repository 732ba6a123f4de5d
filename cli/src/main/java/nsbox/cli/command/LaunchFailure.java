package nsbox.cli.command;

import java.util.List;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.engine.Front;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Program;

/// Why a container did not start: the instruction that failed, in words.
public final class LaunchFailure {
  private static final String OUR_WORDS = ", output: nsbox: ";

  private LaunchFailure() {}

  /// @param intent what was to be done, such as `start container web`
  public static Failure of(String intent, Program program, Front.Outcome outcome) {
    return of(intent, program, outcome, "");
  }

  /// @param overlayHint what to do where the overlay could not be mounted; may be empty
  public static Failure of(
      String intent, Program program, Front.Outcome outcome, String overlayHint) {
    if (outcome.errno() == Errno.EOWNERDEAD) {
      return new Failure(
          "cannot " + intent + "\n  Its monitor was killed before the program had started.");
    }
    Instruction failed = program.section(outcome.section()).get(outcome.index());
    return switch (failed.opcode()) {
      case EXECUTE -> execution(intent, (List<?>) failed.arguments().getFirst(), outcome.errno());
      case FIND_PROGRAM ->
          execution(intent, List.of(failed.arguments().getFirst()), outcome.errno());
      case HOOK ->
          new Failure(
              "cannot "
                  + intent
                  + "\n  error running "
                  + failed.label()
                  + ": "
                  + (outcome.detail().isEmpty() ? Errno.text(outcome.errno()) : outcome.detail()));
      case JOIN_NETWORKS -> networks(intent, failed, outcome);
      case OVERLAY -> failure(intent, failed, outcome, overlayHint);
      case MOUNT ->
          failure(
              intent,
              failed,
              outcome,
              failed.arguments().get(2).equals("overlay") ? overlayHint : "");
      case MOUNT_AT ->
          failure(
              intent,
              failed,
              outcome,
              outcome.errno() == Errno.ELOOP
                  ? "The image has a link where " + failed.arguments().get(2) + " must be a folder."
                  : "");
      case BIND_AT ->
          failure(
              intent,
              failed,
              outcome,
              outcome.errno() == Errno.ENOTDIR || outcome.errno() == Errno.EISDIR
                  ? "A file and a folder cannot be shown on each other's place."
                  : "");
      case CHDIR -> failure(intent, failed, outcome, "See --workdir.");
      default -> failure(intent, failed, outcome, "");
    };
  }

  private static Failure failure(
      String intent, Instruction failed, Front.Outcome outcome, String hint) {
    return new Failure(
        "cannot "
            + intent
            + "\n  This step failed: "
            + failed.label()
            + ": "
            + (outcome.detail().isEmpty() ? Errno.text(outcome.errno()) : outcome.detail())
            + "."
            + (hint.isEmpty() ? "" : "\n  " + hint));
  }

  /* What a command of ours has to say is enough. */
  private static Failure networks(String intent, Instruction failed, Front.Outcome outcome) {
    int words = outcome.detail().indexOf(OUR_WORDS);
    return words < 0
        ? failure(
            intent,
            failed,
            outcome,
            "'nsbox doctor' tells what the host lacks for networks; --network none does without.")
        : new Failure(
            "cannot " + intent + "\n  " + outcome.detail().substring(words + OUR_WORDS.length()));
  }

  private static Failure execution(String intent, List<?> arguments, int errno) {
    String program = (String) arguments.getFirst();
    boolean searched = program.indexOf('/') < 0;
    int code =
        errno == Errno.ENOENT || errno == Errno.ENOTDIR
            ? Failure.NOT_FOUND
            : Failure.NOT_EXECUTABLE;
    String reason =
        switch (errno) {
          case Errno.ENOENT, Errno.ENOTDIR ->
              searched
                  ? "executable file not found in $PATH"
                  : "no such file or directory, or its interpreter is missing";
          case Errno.EISDIR -> "is a directory: permission denied";
          case Errno.ENOEXEC ->
              "exec format error: no program for this machine, or a script without #!";
          default -> Errno.text(errno);
        };
    return new Failure(
        code, "cannot " + intent + "\n  exec: \"" + program + "\": " + reason + ".", null);
  }
}
