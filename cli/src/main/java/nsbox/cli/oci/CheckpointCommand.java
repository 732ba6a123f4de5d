package nsbox.cli.oci;

import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime checkpoint` and `restore`: not yet. Engines ask for the help of both, to learn
/// whether they may be called; whoever calls them is told.
public final class CheckpointCommand implements Command {
  private final String name;

  private CheckpointCommand(String name) {
    this.name = name;
  }

  public static CheckpointCommand checkpoint() {
    return new CheckpointCommand("checkpoint");
  }

  public static CheckpointCommand restore() {
    return new CheckpointCommand("restore");
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = OciModel.command(name, "ID", "Refused: nsbox does not work with criu yet.");
    /* Whatever options come: the answer is the same. */
    spec.parser().unmatchedOptionsArePositionalParams(true);
    spec.addPositional(Model.parameters("ID", "1..*", "The container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Failure {
    String path = session.invocation().environment().getOrDefault("PATH", "");
    for (String folder : path.split(":")) {
      if (!folder.isEmpty()
          && java.nio.file.Files.isExecutable(java.nio.file.Path.of(folder, "criu"))) {
        throw new Failure(name + ": this version of nsbox does not work with criu");
      }
    }
    throw new Failure(name + ": criu is not installed");
  }
}
