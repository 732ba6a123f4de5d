package nsbox.cli.image;

import java.io.IOException;
import nsbox.cli.Session;
import nsbox.cli.output.Visible;

/// Prints what a format made of images.
final class Printing {
  private Printing() {}

  /// On a terminal control characters are shown, not sent: an image's labels and history are its
  /// maker's. Programs get them as they are.
  static void print(Session session, String text) throws IOException {
    session.front().out(session.invocation().outputIsTerminal() ? Visible.lines(text) : text);
  }
}
