package nsbox.cli.command;

import java.io.ByteArrayOutputStream;
import nsbox.cli.Failure;

/// The keys that leave a container alone, as `--detach-keys` has them: `ctrl-p,ctrl-q`.
final class DetachKeys {
  static final String DEFAULT = "ctrl-p,ctrl-q";

  private static final int LONGEST = 64;
  private static final String CONTROLS = "@abcdefghijklmnopqrstuvwxyz[\\]^_";
  private static final String CONTROL = "ctrl-";
  private static final int DELETE = 127;

  private DetachKeys() {}

  /// @param text empty for no such keys
  static byte[] parse(String text) throws Failure {
    ByteArrayOutputStream keys = new ByteArrayOutputStream();
    for (int from = 0; !text.isEmpty() && from <= text.length(); ) {
      int comma = text.indexOf(',', from);
      String key = text.substring(from, comma < 0 ? text.length() : comma);
      keys.write(code(key, text));
      from += key.length() + 1;
    }
    if (keys.size() > LONGEST) {
      throw new Failure("--detach-keys " + text + ": more than " + LONGEST + " keys");
    }
    return keys.toByteArray();
  }

  private static int code(String key, String text) throws Failure {
    if (key.length() == 1 && key.charAt(0) < DELETE) {
      return key.charAt(0);
    }
    if (key.equals("DEL")) {
      return DELETE;
    }
    int control = -1;
    if (key.length() == CONTROL.length() + 1 && key.startsWith(CONTROL)) {
      control = CONTROLS.indexOf(key.charAt(CONTROL.length()));
    }
    if (control < 0) {
      throw new Failure(
          "--detach-keys "
              + text
              + ": \""
              + key
              + "\" is no key; keys are single characters, ctrl- and one of "
              + CONTROLS
              + ", or DEL, with commas between them");
    }
    return control;
  }
}
