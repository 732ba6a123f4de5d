package nsbox.cli.oci;

import static nsbox.cli.Model.isSet;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.JsonForm;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime spec`: a config.json to start from.
public final class SpecCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "spec",
            "[OPTIONS]",
            "Write config.json: a shell in the folder rootfs, confined as tightly as nsbox can.",
            "A config.json that is there stays.");
    spec.usageMessage().customSynopsis("nsbox-runtime spec [OPTIONS]");
    spec.addOption(
        Model.text("DIR", "Where to write it (the working directory)", "-b", "--bundle"));
    spec.addOption(
        Model.flag("For a container in a user namespace of the caller's own", "--rootless"));
    return spec;
  }

  @Override
  public boolean needsRoot() {
    return false;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    JsonObject seccomp = Json.parse(Json.bytes(defaultFilter(session)), "the default filter");
    JsonObject config = DefaultSpec.make(seccomp.object("seccomp"));
    if (isSet(parsed, "--rootless")) {
      DefaultSpec.makeRootless(config, Caller.of(session.invocation().processId()));
    }
    Path file = session.path(parsed.matchedOptionValue("--bundle", ".")).resolve("config.json");
    try {
      Files.writeString(
          file,
          JsonForm.pretty(config) + "\n",
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new Failure("File config.json exists. Remove it first", e);
    }
    return 0;
  }

  private static JsonObject defaultFilter(Session session) throws IOException {
    return new JsonObject().put("seccomp", session.defaultFilter().json());
  }
}
