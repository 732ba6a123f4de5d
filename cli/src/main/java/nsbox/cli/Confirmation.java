package nsbox.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Asks the user before things go that cannot be had back.
public final class Confirmation {
  private Confirmation() {}

  /// @param warning what will be done
  /// @return true for yes; anything else, and the end of the input, is no
  public static boolean ask(Session session, String warning) throws IOException {
    session.front().out(warning + "\nAre you sure you want to continue? [y/N] ");
    byte[] buffer = new byte[64];
    int count = session.front().read(buffer);
    String answer = new String(buffer, 0, count, StandardCharsets.UTF_8).strip();
    return answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes");
  }
}
