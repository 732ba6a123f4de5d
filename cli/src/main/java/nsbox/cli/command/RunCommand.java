package nsbox.cli.command;

import static nsbox.cli.Model.isSet;

import java.io.IOException;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox run`: from an image reference to PID 1.
public final class RunCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = bare();
    flags().addTo(spec);
    return spec;
  }

  @Override
  public CommandSpec spec(List<String> words) {
    CommandSpec spec = bare();
    flags().addTo(spec, words);
    return spec;
  }

  private static Flags flags() {
    Flags flags = NewContainer.flags();
    Staying.addTo(flags);
    return flags
        .texts("stdin|stdout|stderr", "Stay with these streams only", "-a", "--attach")
        .text("N", "Pass on this many descriptors of the caller's, from 3 on", "--preserve-fds")
        .flag("Run in the background and print the container's ID", "-d", "--detach")
        .flag(
            "Print the way from the image to the process, step by step, and start nothing",
            "--explain");
  }

  private static CommandSpec bare() {
    CommandSpec spec =
        Model.command(
            "run",
            "[OPTIONS] IMAGE [COMMAND] [ARG...]",
            "Create a container from an image and run it.");
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
    boolean detached = isSet(parsed, "--detach");
    Staying staying = staying(parsed, session, detached);
    session.prepare();
    if (isSet(parsed, "--explain")) {
      session.front().out(wanted.explain(staying));
      return 0;
    }
    warnAboutInput(session, isSet(parsed, "--interactive") && !detached, wanted);
    NewContainer.Made container = wanted.make();
    Starting.start(session, container, staying);
    if (detached) {
      session.front().out(container.record().id() + "\n");
      return 0;
    }
    return Command.LAUNCHED;
  }

  private static Staying staying(ParseResult parsed, Session session, boolean detached)
      throws Failure {
    List<String> attached = Model.values(parsed, "--attach");
    if (detached && !attached.isEmpty()) {
      throw new Failure("--attach and --detach exclude each other");
    }
    int descriptors = PreservedDescriptors.count(parsed, session);
    if (descriptors > 0 && parsed.hasMatchedOption("--restart")) {
      throw new Failure("--preserve-fds and --restart: a later start has no such descriptors");
    }
    Staying staying = Staying.of(parsed, !detached).withDescriptors(descriptors);
    return attached.isEmpty() ? staying : staying.with(AttachedStreams.parse(attached));
  }

  private static void warnAboutInput(Session session, boolean attachesInput, NewContainer wanted)
      throws IOException {
    if (attachesInput
        && wanted.options().process().terminal().isPresent()
        && !session.invocation().inputIsTerminal()) {
      session
          .front()
          .err(
              "nsbox: standard input is not a terminal; -t and -i together may not do what you expect\n");
    }
  }
}
