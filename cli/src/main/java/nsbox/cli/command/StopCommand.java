package nsbox.cli.command;

import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox stop`: asks containers to end, and ends those that do not.
public final class StopCommand implements Command {
  private static final String DEFAULT_SECONDS = "10";

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "stop",
            "[OPTIONS] CONTAINER...",
            "Send containers their stop signal, and SIGKILL to those that take too long.");
    spec.addOption(
        text(
            "SECONDS", "Time before SIGKILL (10); -1 waits for ever", "-t", "--time", "--timeout"));
    spec.addPositional(Model.parameters("CONTAINER", "1..*", "Names or IDs"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    long milliseconds = milliseconds(parsed.matchedOptionValue("--time", DEFAULT_SECONDS));
    session.prepare();
    return EachContainer.run(
        session,
        positionals(parsed),
        folder -> Stopping.stop(session, folder, folder.record().stopSignal(), milliseconds));
  }

  private static long milliseconds(String text) throws Failure {
    try {
      long seconds = Integer.parseInt(text);
      return seconds < 0 ? -1 : Math.min(seconds * 1000, Integer.MAX_VALUE);
    } catch (NumberFormatException e) {
      throw new Failure("--time " + text + ": expected a number of seconds", e);
    }
  }
}
