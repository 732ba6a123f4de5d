package nsbox.cli.planner;

import java.io.IOException;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Invocation;
import nsbox.cli.RuntimeLog;
import nsbox.cli.Session;
import nsbox.cli.oci.CheckpointCommand;
import nsbox.cli.oci.CreateCommand;
import nsbox.cli.oci.DeleteCommand;
import nsbox.cli.oci.EventsCommand;
import nsbox.cli.oci.ExecCommand;
import nsbox.cli.oci.FeaturesCommand;
import nsbox.cli.oci.KillCommand;
import nsbox.cli.oci.ListCommand;
import nsbox.cli.oci.MountsCommand;
import nsbox.cli.oci.PauseCommand;
import nsbox.cli.oci.PsCommand;
import nsbox.cli.oci.RestoreCommand;
import nsbox.cli.oci.RunCommand;
import nsbox.cli.oci.SpecCommand;
import nsbox.cli.oci.StartCommand;
import nsbox.cli.oci.StateCommand;
import nsbox.cli.oci.UpdateCommand;
import nsbox.engine.Front;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Finds the command that is meant, and runs it.
public final class Commands {
  static final String VERSION = "0.1.0";

  private static final String RUNTIME = "nsbox-runtime";

  /// The one other code that callers of runc know, from `exec`.
  private static final int RUNTIME_EXEC = 255;

  private Commands() {}

  /// Runs what the user typed; all failures become sentences on standard error.
  ///
  /// @return the exit code, or [Command#LAUNCHED]
  public static int run(Invocation invocation, Front front) throws IOException {
    boolean runtime = invocation.program().equals(RUNTIME);
    GlobalOptions options = null;
    RuntimeLog log = RuntimeLog.NONE;
    try {
      options = GlobalOptions.parse(invocation, runtime);
      log = RuntimeLog.open(options.runtimeOptions(), invocation.directory());
      return run(invocation, front, options, log, runtime);
    } catch (Exception e) {
      Failure failure = Sentences.of(e);
      front.err(invocation.program() + ": " + failure.getMessage() + "\n");
      boolean debug = options != null && options.debug();
      record(log, failure, debug ? Sentences.trace(e) : "", front);
      if (debug && !log.isThere()) {
        front.err(Sentences.trace(e));
      }
      /* runc's callers know 1 as its only failure. */
      return runtime && failure.exitCode() != RUNTIME_EXEC ? 1 : failure.exitCode();
    }
  }

  /* What went wrong matters more than a log that cannot take it. */
  private static void record(RuntimeLog log, Failure failure, String trace, Front front)
      throws IOException {
    try {
      if (!trace.isEmpty()) {
        log.write(RuntimeLog.Level.DEBUG, trace);
      }
      log.write(RuntimeLog.Level.ERROR, failure.getMessage());
    } catch (IOException e) {
      front.err(RUNTIME + ": cannot write the log: " + e.getMessage() + "\n");
    }
  }

  private static int run(
      Invocation invocation, Front front, GlobalOptions options, RuntimeLog log, boolean runtime)
      throws Exception {
    List<String> arguments = options.rest();
    if (options.version()) {
      front.out(invocation.program() + " version " + VERSION + "\n");
      return 0;
    }
    if (options.help() || arguments.isEmpty()) {
      front.out(runtime ? Help.RUNTIME : Help.NSBOX);
      return options.help() ? 0 : Failure.NSBOX;
    }
    String name = arguments.getFirst();
    int words = 1;
    Command command = runtime ? runtimeCommand(name) : Catalog.command(name);
    if (!runtime && Catalog.isGroup(name)) {
      if (arguments.size() == 1 || arguments.get(1).equals("--help")) {
        front.out(Help.group(name));
        return arguments.size() == 1 ? Failure.NSBOX : 0;
      }
      words = 2;
      command = Catalog.command(name, arguments.get(1));
      name = name + " " + arguments.get(1);
    }
    if (command == null) {
      throw new Failure(
          "there is no command "
              + name
              + "\n  '"
              + invocation.program()
              + " --help' lists those that there are.");
    }
    List<String> own = arguments.subList(words, arguments.size());
    CommandLine line =
        new CommandLine(command.spec(own))
            .setStopAtPositional(command.stopsAtPositional())
            .setExpandAtFiles(false)
            .setOverwrittenOptionsAllowed(true);
    ParseResult parsed;
    try {
      parsed = line.parseArgs(own.toArray(new String[0]));
    } catch (ParameterException e) {
      throw new Failure(
          name
              + ": "
              + problem(e)
              + "\n  '"
              + invocation.program()
              + " "
              + name
              + " --help' shows what it takes.",
          e);
    }
    if (parsed.isUsageHelpRequested()) {
      front.out(line.getUsageMessage());
      return 0;
    }
    if (!runtime && command.needsRoot() && invocation.userId() != 0) {
      throw new Failure(
          "this version runs as root only; you are user "
              + invocation.userId()
              + "\n  Use sudo, or become root. nsbox-runtime alone runs as any user.");
    }
    if (runtime && command.needsRoot()) {
      options.requireOwnRoot(invocation.userId());
    }
    Session session =
        new Session(
            invocation,
            front,
            options.roots(),
            options.storageDriver(),
            options.debug() || options.runtimeOptions().logLevel() == RuntimeLog.Level.DEBUG,
            options.runtimeOptions(),
            log);
    if (runtime && session.debugs()) {
      session.debug(RUNTIME + " " + VERSION + ": " + String.join(" ", arguments));
    }
    return command.run(parsed, session);
  }

  /* After an option that there is not, picocli takes no word for what it is. */
  private static String problem(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      for (String word : unmatched.getUnmatched()) {
        if (word.startsWith("-")) {
          return "Unknown option: '" + word + "'";
        }
      }
    }
    return e.getMessage();
  }

  private static Command runtimeCommand(String name) {
    return switch (name) {
      case "create" -> new CreateCommand();
      case "start" -> new StartCommand();
      case "run" -> new RunCommand();
      case "state" -> new StateCommand();
      case "kill" -> new KillCommand();
      case "delete" -> new DeleteCommand();
      case "exec" -> new ExecCommand();
      case "list" -> new ListCommand();
      case "ps" -> new PsCommand();
      case "pause" -> PauseCommand.pause();
      case "resume", "unpause" -> PauseCommand.resume();
      case "update" -> new UpdateCommand();
      case "events" -> new EventsCommand();
      case "mounts" -> new MountsCommand();
      case "checkpoint" -> new CheckpointCommand();
      case "restore" -> new RestoreCommand();
      case "spec" -> new SpecCommand();
      case "features" -> new FeaturesCommand(VERSION);
      default -> null;
    };
  }
}
