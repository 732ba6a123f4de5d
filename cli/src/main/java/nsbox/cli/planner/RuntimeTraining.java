package nsbox.cli.planner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.state.ProcessIdentity;

/// Runs those commands of `nsbox-runtime` for which engines wait with every container, for an
/// archive of classes of their own: they need nothing of images.
///
/// The front does nothing, so what a monitor would leave is written here: a process, which is this
/// one, and the FIFO of a container that is only created.
final class RuntimeTraining {
  private static final int ROUNDS = 3;

  private final Training training;
  private final Path bundle;
  private final Path root;

  /// @param arguments a folder for the state of the commands, to be thrown away; with `prepare`
  ///   after it, makes the bundle that the training needs
  public static void main(String[] arguments) throws IOException {
    String home = Path.of("").toAbsolutePath().toString();
    RuntimeTraining runtime = new RuntimeTraining(new Training(arguments[0], home), arguments[0]);
    if (arguments.length > 1) {
      runtime.prepare();
    } else {
      runtime.run();
    }
  }

  private RuntimeTraining(Training training, String state) {
    this.training = training;
    this.bundle = Path.of(state, "bundle");
    this.root = Path.of(state, "runtime");
  }

  /// Makes a bundle, in a process that is not trained.
  private void prepare() throws IOException {
    Files.createDirectories(bundle.resolve("rootfs"));
    runtime("spec", "--bundle", bundle.toString());
    Path file = bundle.resolve("config.json");
    JsonObject config = Json.parse(Files.readAllBytes(file), file.toString());
    JsonObject process = config.object("process").put("terminal", false);
    Files.write(file, Json.bytes(config.put("process", process)));
    Files.write(bundle.resolve("process.json"), Json.bytes(process));
  }

  private void run() throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      String id = "trained" + round;
      String pidFile = root.resolve("pid").toString();
      runtime("create", "--bundle", bundle.toString(), "--pid-file", pidFile, id);
      Files.writeString(root.resolve(id).resolve("process"), ProcessIdentity.ofSelf().text());
      Path fifo = Files.createFile(root.resolve(id).resolve("start"));
      runtime("state", id);
      runtime("start", id);
      Files.delete(fifo);
      runtime("state", id);
      String process = bundle.resolve("process.json").toString();
      runtime("exec", "--detach", "--process", process, "--pid-file", pidFile, id);
      runtime("kill", "--all", id, "9");
      runtime("delete", "--force", id);
    }
  }

  private void runtime(String... arguments) throws IOException {
    String[] globals = {"nsbox-runtime", "--root", root.toString()};
    training.expect(globals, 0, arguments);
  }
}
