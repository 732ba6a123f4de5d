package nsbox.cli.image;

import java.io.InputStream;
import nsbox.cli.Failure;
import nsbox.cli.FrontInput;
import nsbox.cli.Session;

/// An archive on the user's standard input.
final class StandardInput {
  private StandardInput() {}

  /// @throws Failure if a person sits there
  static InputStream of(Session session) throws Failure {
    if (session.invocation().inputIsTerminal()) {
      throw new Failure(
          "no archive comes from a terminal\n  Pipe one in, or give the path of a file.");
    }
    return new FrontInput(session.front());
  }
}
