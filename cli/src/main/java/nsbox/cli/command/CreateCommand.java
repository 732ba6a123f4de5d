package nsbox.cli.command;

import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox create`: a container for `start`.
public final class CreateCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = bare();
    NewContainer.flags().addTo(spec);
    return spec;
  }

  @Override
  public CommandSpec spec(List<String> words) {
    CommandSpec spec = bare();
    NewContainer.flags().addTo(spec, words);
    return spec;
  }

  private static CommandSpec bare() {
    CommandSpec spec =
        Model.command(
            "create",
            "[OPTIONS] IMAGE [COMMAND] [ARG...]",
            "Create a container from an image, and print its ID.");
    NewContainer.addTo(spec);
    return spec;
  }

  @Override
  public boolean stopsAtPositional() {
    return true;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    NewContainer wanted = new NewContainer(session, parsed);
    session.prepare();
    NewContainer.Made container = wanted.make();
    Removal.release(session, container.folder());
    session.front().out(container.record().id() + "\n");
    return 0;
  }
}
