package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerState;
import nsbox.engine.DamagedContainerException;
import nsbox.network.PublishedPort;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox port`: where the ports of a container that runs are published.
public final class PortCommand implements Command {
  private static final int NOT_PUBLISHED = 1;
  private static final int LAST_PORT = 65535;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "port", "[OPTIONS] CONTAINER [PORT[/PROTOCOL]]", "Show a container's published ports.");
    spec.addOption(flag("Of all containers that run, each line with an ID", "-a", "--all"));
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addPositional(Model.optionalParameters("CONTAINER", "The container, and a port of it"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    List<String> words = positionals(parsed);
    if (isSet(parsed, "--all")) {
      if (!words.isEmpty() || isSet(parsed, "--latest")) {
        throw new Failure("port --all: is of all containers; name none");
      }
      session.front().out(ofAll(session));
      return 0;
    }
    ContainerChoice.One one = ContainerChoice.one(parsed, session, words);
    if (one.rest().size() > 1) {
      throw new Failure("port takes one container and one port, not " + one.rest().get(1));
    }
    session
        .front()
        .out(
            one.rest().isEmpty()
                ? lines("", published(one.folder()))
                : ofPort(one, one.rest().getFirst()));
    return 0;
  }

  private static String ofAll(Session session) throws IOException {
    StringBuilder text = new StringBuilder();
    for (ContainerFolder folder : session.containers().list()) {
      try {
        text.append(lines(folder.record().shortId() + "\t", published(folder)));
      } catch (NoSuchFileException e) {
        continue; // just removed
      } catch (DamagedContainerException e) {
        ContainerChoice.warn(session, e);
      }
    }
    return text.toString();
  }

  /* Who does not run has no ports. */
  private static List<PublishedPort> published(ContainerFolder folder) throws IOException {
    return folder.state() instanceof ContainerState.Running ? folder.record().ports() : List.of();
  }

  private static String lines(String before, List<PublishedPort> ports) {
    StringBuilder text = new StringBuilder();
    for (PortTexts.Binding binding : PortTexts.bindings(ports)) {
      text.append(before)
          .append(binding.containerText())
          .append(" -> ")
          .append(binding.hostText())
          .append('\n');
    }
    return text.toString();
  }

  private static String ofPort(ContainerChoice.One one, String wanted) throws IOException, Failure {
    String port = wanted.indexOf('/') < 0 ? wanted + "/tcp" : wanted;
    check(wanted, port.substring(0, port.indexOf('/')));
    StringBuilder text = new StringBuilder();
    for (PortTexts.Binding binding : PortTexts.bindings(published(one.folder()))) {
      if (binding.containerText().equals(port)) {
        text.append(binding.hostText()).append('\n');
      }
    }
    if (text.isEmpty()) {
      throw new Failure(
          NOT_PUBLISHED, "no public port '" + port + "' published for " + one.name(), null);
    }
    return text.toString();
  }

  private static void check(String wanted, String port) throws Failure {
    try {
      int number = Integer.parseInt(port);
      if (number > 0 && number <= LAST_PORT) {
        return;
      }
    } catch (NumberFormatException e) {
      throw invalid(wanted);
    }
    throw invalid(wanted);
  }

  private static Failure invalid(String wanted) {
    return new Failure(
        NOT_PUBLISHED, wanted + ": invalid port; expected PORT[/PROTOCOL], as 80/tcp", null);
  }
}
