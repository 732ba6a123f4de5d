package nsbox.cli.oci;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;

import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.ServiceSockets;
import nsbox.cli.Session;
import nsbox.cli.command.LaunchFailure;
import nsbox.engine.Front;
import nsbox.json.JsonObject;
import nsbox.runtime.plan.Handover;
import nsbox.runtime.program.Program;
import nsbox.runtime.state.ExecLaunch;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StateFolder.Status;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime exec`: a further process in a container that runs.
public final class ExecCommand implements Command {
  /// What runc ends with where there was no process whose code it could have.
  private static final int FAILED = 255;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        OciModel.command("exec", "ID [COMMAND [ARG...]]", "Run a further process in a container.");
    spec.addOption(text("FILE", "The process as in config.json", "-p", "--process"));
    spec.addOption(text("DIR", "Working directory", "--cwd"));
    spec.addOption(texts("NAME=VALUE", "Environment, beside the container's", "-e", "--env"));
    spec.addOption(flag("Give it a terminal", "-t", "--tty"));
    spec.addOption(text("UID[:GID]", "As whom", "-u", "--user"));
    spec.addOption(texts("GID", "Further groups", "-g", "--additional-gids"));
    spec.addOption(flag("Leave it to itself once it runs", "-d", "--detach"));
    spec.addOption(text("FILE", "Where to write its pid", "--pid-file"));
    spec.addOption(text("LABEL", "SELinux label", "--process-label"));
    spec.addOption(text("PROFILE", "AppArmor profile", "--apparmor"));
    spec.addOption(flag("Let it gain no privileges", "--no-new-privs"));
    spec.addOption(texts("CAP", "A further capability", "-c", "--cap"));
    spec.addOption(text("N", "Pass on this many descriptors from 3 on (0)", "--preserve-fds"));
    spec.addOption(texts("[CONTROLLER:]PATH", "A cgroup below the container's", "--cgroup"));
    spec.addOption(flag("Also in a container that is paused", "--ignore-paused"));
    spec.addOption(text("SOCKET", "Who gets the master of its terminal", "--console-socket"));
    spec.addOption(text("SOCKET", "Who gets a pidfd of it", "--pidfd-socket"));
    spec.addOption(flag("Accepted for runc's sake: nobody is adopted", "--no-subreaper"));
    spec.addPositional(Model.parameters("ID", "1..*", "The container, and what to run in it"));
    return spec;
  }

  @Override
  public boolean stopsAtPositional() {
    return true;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    try {
      return run(parsed, session, words.getFirst(), words.subList(1, words.size()));
    } catch (Failure e) {
      throw new Failure(FAILED, e.getMessage(), e);
    } catch (Exception e) {
      throw new Failure(FAILED, "exec failed: " + e.getMessage(), e);
    }
  }

  private static int run(ParseResult parsed, Session session, String id, List<String> command)
      throws Exception {
    StateFolder folder = Containers.find(session, id);
    checkStatus(folder.status(), isSet(parsed, "--ignore-paused"));
    boolean detached = isSet(parsed, "--detach");
    JsonObject process = ExecProcess.of(parsed, session, folder.config(), command);
    Optional<String> console = Making.path(parsed, session, "--console-socket");
    boolean terminal = process.flag("terminal");
    Making.checkTerminal(
        detached ? Making.Way.RUN_DETACHED : Making.Way.RUN, terminal, console.isPresent());
    Handover handover =
        new Handover(
            detached,
            !detached,
            Optional.empty(),
            console,
            Making.path(parsed, session, "--pid-file"),
            Making.path(parsed, session, "--pidfd-socket"),
            session.invocation().keptDescriptors(),
            new ServiceSockets(session.invocation()).listening(),
            false);
    Program program =
        ExecLaunch.compile(
            folder,
            Containers.state(folder),
            process,
            Model.values(parsed, "--cgroup"),
            handover,
            Caller.rights(session));
    Front.Outcome outcome =
        session.front().launch(program, detached ? Front.Stay.NOT : Front.Stay.ATTACHED);
    if (!outcome.succeeded()) {
      throw LaunchFailure.of("exec in container " + id, program, outcome);
    }
    return detached ? 0 : Command.LAUNCHED;
  }

  /* As runc has it, word for word. */
  private static void checkStatus(Status status, boolean ignorePaused) throws Failure {
    if (status == Status.STOPPED) {
      throw new Failure("cannot exec in a stopped container");
    }
    if (status == Status.PAUSED && !ignorePaused) {
      throw new Failure("cannot exec in a paused container (use --ignore-paused to override)");
    }
  }
}
