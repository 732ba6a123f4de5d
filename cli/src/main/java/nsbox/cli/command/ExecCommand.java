package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Attachment;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerSecrets;
import nsbox.engine.ContainerState;
import nsbox.engine.DefaultFilter;
import nsbox.engine.ExecEvents;
import nsbox.engine.Front;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.plan.FilterCompiler;
import nsbox.runtime.plan.Handover;
import nsbox.runtime.plan.Rights;
import nsbox.runtime.program.Program;
import nsbox.runtime.state.ExecLaunch;
import nsbox.runtime.state.ExecTemplate;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox exec`: a further process in a container that runs.
///
/// The caller's own `nsbox` is its parent and carries its streams. A detached one is left to
/// itself: nothing of ours stays, unless it has a terminal, which somebody must hold.
public final class ExecCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "exec",
            "[OPTIONS] CONTAINER COMMAND [ARG...]",
            "Run a further process in a container that runs.");
    spec.addOption(flag("Run it in the background", "-d", "--detach"));
    spec.addOption(
        text(
            "KEYS",
            "With -it, keys that leave it alone (none): without them it ends with nsbox",
            "--detach-keys"));
    spec.addOption(texts("NAME[=VALUE]", "Set an environment variable", "-e", "--env"));
    spec.addOption(texts("FILE", "Set variables, one a line", "--env-file"));
    spec.addOption(flag("Keep standard input open", "-i", "--interactive"));
    spec.addOption(flag("Give it all capabilities", "--privileged"));
    spec.addOption(flag("Give it a terminal", "-t", "--tty"));
    spec.addOption(text("USER[:GROUP]", "Run as this user, by name or number", "-u", "--user"));
    spec.addOption(text("DIR", "Working directory in the container", "-w", "--workdir"));
    spec.addOption(text("N", "Pass on this many descriptors from 3 on (0)", "--preserve-fds"));
    ContainerChoice.addOneTo(spec);
    spec.addPositional(
        Model.optionalParameters("CONTAINER", "The container, and what to run in it"));
    return spec;
  }

  @Override
  public boolean stopsAtPositional() {
    return true;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    byte[] keys = DetachKeys.parse(optional(parsed, "--detach-keys").orElse(""));
    int descriptors = PreservedDescriptors.count(parsed, session);
    session.prepare();
    ContainerChoice.One choice = choice(parsed, session);
    if (choice.rest().isEmpty()) {
      throw new Failure("exec: no command to run in container " + choice.name());
    }
    ContainerFolder folder = choice.folder();
    ContainerState.Running running = running(folder);
    boolean detached = isSet(parsed, "--detach");
    boolean terminal = isSet(parsed, "--tty");
    boolean input = isSet(parsed, "--interactive") && !detached;
    warnAboutInput(session, input && terminal);
    ContainerRecord record = folder.record();
    ExecLaunch.Container container = container(session, folder, record, running);
    JsonObject process = new FurtherProcess(session, parsed, container).of(choice.rest());
    boolean alone = detached && !terminal;
    Program program =
        ExecLaunch.compile(
            container,
            process,
            List.of(),
            input,
            alone ? Handover.alone(descriptors) : Handover.monitored(descriptors),
            Rights.ALL);
    program = new ExecEvents(session.roots(), folder, record).tell(program, choice.rest(), !alone);
    if (parsed.matchedOptions().size() == (input ? 1 : 0)) {
      keep(folder.execProgramFile(input), program, session);
    }
    /* Somebody must hold the terminal when the user has left. */
    Front.Outcome outcome =
        input && terminal && keys.length > 0
            ? session.front().launch(program, attachment(keys))
            : session.front().launch(program, stay(detached, alone));
    if (!outcome.succeeded()) {
      running(folder); // it may have ended meanwhile, which says more
      throw LaunchFailure.of("exec in container " + choice.name(), program, outcome);
    }
    return detached ? 0 : Command.LAUNCHED;
  }

  /* For the next one that asks for no more than a command. Before the launch, for a planner goes with its
   * front. That the file cannot be written is no failure: then the next one asks a planner, too. */
  private static void keep(Path file, Program program, Session session) {
    Path unfinished = Path.of(file + "." + session.caller().pid());
    try {
      Files.write(unfinished, ExecTemplate.of(program));
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      unfinished.toFile().delete();
    }
  }

  /* Codes below 125 are the command's. */
  private static ContainerChoice.One choice(ParseResult parsed, Session session) throws Exception {
    try {
      return ContainerChoice.one(parsed, session, positionals(parsed));
    } catch (Failure e) {
      throw new Failure(e.getMessage(), e);
    }
  }

  private static Attachment attachment(byte[] keys) {
    return new Attachment(true, true, true, true, true, keys, Path.of(""));
  }

  private static Front.Stay stay(boolean detached, boolean alone) {
    if (!detached) {
      return Front.Stay.ATTACHED;
    }
    return alone ? Front.Stay.NOT : Front.Stay.DETACHED;
  }

  /* As podman has it, word for word. */
  private static ContainerState.Running running(ContainerFolder folder)
      throws IOException, Failure {
    ContainerState state = folder.state();
    if (!(state instanceof ContainerState.Running running) || running.paused()) {
      throw new Failure(
          "can only create exec sessions on running containers: container state improper\n  "
              + "It is "
              + state.word()
              + ".");
    }
    return running;
  }

  private static ExecLaunch.Container container(
      Session session,
      ContainerFolder folder,
      ContainerRecord record,
      ContainerState.Running running)
      throws IOException {
    JsonObject config = folder.config();
    ContainerSecrets.addVariables(session.roots(), record, config.object("process"));
    FilterCompiler filters = FilterCompiler::direct;
    if (record.defaultFilter()) {
      DefaultFilter filter = session.defaultFilter();
      filters = FilterCompiler.ready(filter.filter());
    }
    return new ExecLaunch.Container(
        folder.id(),
        folder.lasting().toString(),
        folder.mountPoint().toString(),
        config,
        running.process(),
        ContainerCgroup.of(
            CgroupLayout.ofHost(),
            config.object("linux").optionalString("cgroupsPath").orElse("/")),
        filters);
  }

  private static void warnAboutInput(Session session, boolean attachesTerminal) throws IOException {
    if (attachesTerminal && !session.invocation().inputIsTerminal()) {
      session
          .front()
          .err(
              "nsbox: standard input is not a terminal; -t and -i together may not do what you expect\n");
    }
  }
}
