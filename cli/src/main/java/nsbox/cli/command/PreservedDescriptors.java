package nsbox.cli.command;

import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.ParseResult;

/// `--preserve-fds`: descriptors of the caller's that a container's process gets.
final class PreservedDescriptors {
  private PreservedDescriptors() {}

  /// How many, from 3 on.
  ///
  /// @throws Failure if it is no number, or one of them is not open
  static int count(ParseResult parsed, Session session) throws Failure {
    Optional<String> text = Model.optional(parsed, "--preserve-fds");
    if (text.isEmpty()) {
      return 0;
    }
    int open = session.invocation().keptDescriptors();
    try {
      int wanted = Integer.parseInt(text.get());
      if (wanted >= 0 && wanted <= open) {
        return wanted;
      }
      if (wanted > open) {
        throw new Failure(
            "--preserve-fds " + wanted + ": descriptor " + (3 + open) + " is not open");
      }
    } catch (NumberFormatException e) {
      throw new Failure("--preserve-fds " + text.get() + ": expected a number", e);
    }
    throw new Failure("--preserve-fds " + text.get() + ": expected a number from 0 on");
  }
}
