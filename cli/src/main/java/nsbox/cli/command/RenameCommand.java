package nsbox.cli.command;

import static nsbox.cli.Model.positionals;

import java.util.Map;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.flags.LifecycleFlags;
import nsbox.engine.ContainerChange;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerLock;
import nsbox.engine.NetworkConnection;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox rename`: gives a container another name, also while it runs.
public final class RenameCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = Model.command("rename", "CONTAINER NAME", "Give a container another name.");
    spec.addPositional(Model.parameters("CONTAINER", "2", "The container, and its new name"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    if (positionals(parsed).size() > 2) {
      throw new Failure("rename takes a container and a name, not more");
    }
    String name = positionals(parsed).getLast();
    LifecycleFlags.checkName("rename", name);
    session.prepare();
    ContainerFolder folder = Lookup.container(session, positionals(parsed).getFirst());
    try (ContainerLock _ = ContainerLock.take(folder)) {
      String before = new ContainerChange(session.containers(), folder).rename(name);
      new NetworkConnection(session.containers(), session.front(), folder, session.cniCaller())
          .rename();
      /* As docker has it, with a slash. */
      session.events().container("rename", folder.record(), Map.of("oldName", "/" + before));
    }
    return 0;
  }
}
