package nsbox.cli.planner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Runs the commands that bring images in and out, for an archive of classes of their own.
///
/// They use much that `run` must not load: sockets, TLS, JNR-FFI, archives. The registry is none:
/// it gives what was put into it.
final class TransferTraining {
  private static final int ROUNDS = 3;

  private TransferTraining() {}

  /// @param arguments a folder for the state of the commands, to be thrown away
  public static void main(String[] arguments) throws IOException {
    String home = Path.of("").toAbsolutePath().toString();
    Path state = Path.of(arguments[0]);
    Training training = new Training(arguments[0], home);
    String saved = state.resolve("saved.tar").toString();
    try (TrainingRegistry registry = new TrainingRegistry()) {
      String name = registry.host() + "/trained:1";
      training.expect(0, "import", "--name", name, home + "/lib/images/hello");
      for (int round = 0; round < ROUNDS; round++) {
        training.expect(0, "push", name);
        training.expect(0, "rmi", name);
        training.expect(0, "pull", name);
        training.expect(0, "save", "-o", saved, name);
        training.expect(0, "rmi", name);
        training.expect(0, "load", "-i", saved);
        Files.delete(Path.of(saved));
      }
    }
  }
}
