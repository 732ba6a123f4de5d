package nsbox.cli.command;

import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.BundleLaunch;
import nsbox.engine.Front;
import nsbox.runtime.program.Program;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime run`: a bundle from anywhere, in the foreground.
public final class RuntimeRunCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = Model.command("run", "[OPTIONS] ID", "Run an OCI bundle in the foreground.");
    spec.usageMessage().customSynopsis("nsbox-runtime run [OPTIONS] ID");
    spec.addOption(text("DIR", "The bundle (the working directory)", "-b", "--bundle"));
    spec.addPositional(Model.parameters("ID", "1", "A name for the container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    String id = positionals(parsed).getFirst();
    Path bundle = session.path(parsed.matchedOptionValue("--bundle", "."));
    if (!Files.exists(bundle.resolve("config.json"))) {
      throw new Failure(bundle + " is no bundle: it has no config.json");
    }
    session.prepare();
    BundleLaunch launch = new BundleLaunch(session.containers(), session.caller());
    if (!launch.claim(id)) {
      throw new Failure("container with id " + id + " already exists");
    }
    Program program;
    try {
      program =
          launch.compile(bundle, id, session.invocation().rows(), session.invocation().columns());
    } catch (Exception e) {
      Removal.remove(session, session.containers().folder(id), id);
      throw e;
    }
    Front.Outcome outcome = session.front().launch(program, false);
    if (!outcome.succeeded()) {
      Removal.remove(session, session.containers().folder(id), id);
      throw LaunchFailure.of("run container " + id, program, outcome);
    }
    return Command.LAUNCHED;
  }
}
