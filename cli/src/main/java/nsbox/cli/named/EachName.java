package nsbox.cli.named;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import nsbox.cli.Failure;
import nsbox.engine.Front;

/// Does something with each of several things that a user names. What fails is told, and keeps none
/// of the others from it.
public final class EachName {
  /// What is done with one of them.
  @FunctionalInterface
  public interface Action {
    /// @throws Failure if it cannot be done with this one
    void on(String name) throws Exception;
  }

  private EachName() {}

  /// @return the exit code of the last that failed, or 0
  public static int run(Front front, List<String> names, Action action) throws Exception {
    return run(front, names, OptionalInt.empty(), action);
  }

  /// @param ignored the exit code of failures that are none here: that there is no such thing
  public static int run(Front front, List<String> names, OptionalInt ignored, Action action)
      throws Exception {
    int code = 0;
    for (String name : names) {
      try {
        action.on(name);
      } catch (Failure e) {
        if (ignored.isEmpty() || e.exitCode() != ignored.getAsInt()) {
          tell(front, e);
          code = e.exitCode();
        }
      }
    }
    return code;
  }

  private static void tell(Front front, Failure failure) throws IOException {
    front.err("nsbox: " + failure.getMessage() + "\n");
  }
}
