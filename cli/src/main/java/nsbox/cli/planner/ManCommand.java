package nsbox.cli.planner;

import static nsbox.cli.Model.positionals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox __man`: writes the manual pages, when the distribution is made.
final class ManCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = Model.command("__man", "FOLDER", "Write the manual pages into a folder.");
    spec.addPositional(Model.parameters("FOLDER", "1", "Made where it is missing"));
    return spec;
  }

  @Override
  public boolean needsRoot() {
    return false;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Path folder = session.path(positionals(parsed).getFirst());
    Files.createDirectories(folder);
    for (Map.Entry<String, String> page : ManPages.all().entrySet()) {
      Files.write(folder.resolve(page.getKey()), page.getValue().getBytes(StandardCharsets.UTF_8));
    }
    return 0;
  }
}
