package nsbox.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringTokenizer;

/// The user namespace of whoever called, which is that of the planner too.
public final class UserNamespace {
  private static final Path MAP = Path.of("/proc/self/uid_map");
  private static final String ALL = "4294967295";

  private UserNamespace() {}

  /// Whether it is the host's: the only one in which all ids are what they are.
  ///
  /// @throws IOException if procfs is not mounted
  public static boolean isInitial() throws IOException {
    return isInitial(Files.readString(MAP));
  }

  /// @param map as of user_namespaces(7)
  static boolean isInitial(String map) {
    StringTokenizer words = new StringTokenizer(map);
    return words.countTokens() == 3
        && words.nextToken().equals("0")
        && words.nextToken().equals("0")
        && words.nextToken().equals(ALL);
  }
}
