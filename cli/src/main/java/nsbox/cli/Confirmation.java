package nsbox.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import nsbox.engine.Front;

/// Asks whether the user means it.
public final class Confirmation {
  private Confirmation() {}

  /// @param warning what would happen, in whole lines
  public static boolean given(Front front, String warning) throws IOException {
    front.out(warning + "Are you sure you want to continue? [y/N] ");
    byte[] buffer = new byte[64];
    int count = front.read(buffer);
    String answer = new String(buffer, 0, count, StandardCharsets.UTF_8).strip();
    return List.of("y", "yes").contains(answer.toLowerCase(Locale.ROOT));
  }
}
