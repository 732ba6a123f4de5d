package nsbox.cli.command;

import java.util.List;
import nsbox.cli.Failure;

/// Which streams of a container's are the user's while `nsbox` stays with it.
record AttachedStreams(boolean input, boolean out, boolean error) {
  static final AttachedStreams ALL = new AttachedStreams(true, true, true);

  /// Not by what a record is equal to: that takes a cold JVM milliseconds to link.
  boolean areAll() {
    return input && out && error;
  }

  /// As `--attach` names them, several with commas between them or one by one.
  ///
  /// @throws Failure if a name is none of the three
  static AttachedStreams parse(List<String> options) throws Failure {
    boolean input = false;
    boolean out = false;
    boolean error = false;
    for (String option : options) {
      for (String name : option.split(",", -1)) {
        switch (name.toLowerCase(java.util.Locale.ROOT)) {
          case "stdin" -> input = true;
          case "stdout" -> out = true;
          case "stderr" -> error = true;
          default ->
              throw new Failure(
                  "invalid stream \""
                      + name
                      + "\" for --attach - must be one of stdin, stdout, or stderr");
        }
      }
    }
    return new AttachedStreams(input, out, error);
  }
}
