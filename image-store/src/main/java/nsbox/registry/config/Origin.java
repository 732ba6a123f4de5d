package nsbox.registry.config;

/// Where a setting comes from, for `--debug` and for messages.
///
/// @param place a file, an environment variable, an option, or `default`
/// @param line of the file, from 1; 0 where there is none
public record Origin(String place, int line) {
  public static final Origin DEFAULT = new Origin("default", 0);

  @Override
  public String toString() {
    return line == 0 ? place : place + ":" + line;
  }
}
