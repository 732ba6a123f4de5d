package nsbox.cli.oci;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.RuntimeOptions.CgroupManager;
import nsbox.cli.ServiceSockets;
import nsbox.cli.Session;
import nsbox.cli.command.LaunchFailure;
import nsbox.engine.Front;
import nsbox.json.JsonObject;
import nsbox.runtime.criu.Checkpoint;
import nsbox.runtime.criu.CriuLog;
import nsbox.runtime.plan.Handover;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.ConfigFile;
import nsbox.runtime.state.BundleLaunch;
import nsbox.runtime.state.BundleLaunch.ScopeOrder;
import nsbox.runtime.state.StateFolder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime restore`: a container whose processes criu makes from what `checkpoint` has
/// saved.
public final class RestoreCommand implements Command {
  private static final List<String> PASSED = List.of("--lsm-profile", "--lsm-mount-context");

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        OciModel.command("restore", "ID", "Create a container from a checkpoint, with criu.");
    spec.addOption(text("DIR", "The bundle (the working directory)", "-b", "--bundle"));
    Criu.addOptions(spec);
    spec.addOption(text("SOCKET", "Refused: criu hands over no terminal", "--console-socket"));
    spec.addOption(text("FILE", "Where to write the pid of the container", "--pid-file"));
    spec.addOption(flag("Leave it to itself once it runs", "-d", "--detach"));
    spec.addOption(flag("Accepted for runc's sake: nobody is adopted", "--no-subreaper"));
    spec.addOption(flag("Accepted for runc's sake: criu changes the root", "--no-pivot"));
    spec.addOption(flag("Get memory when it is used, from 'criu lazy-pages'", "--lazy-pages"));
    spec.addOption(text("TYPE:NAME", "Another profile of AppArmor or SELinux", "--lsm-profile"));
    spec.addOption(text("CONTEXT", "Another SELinux context of mounts", "--lsm-mount-context"));
    spec.addPositional(Model.parameters("ID", "1", "A name for the container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Making.Way way = isSet(parsed, "--detach") ? Making.Way.RUN_DETACHED : Making.Way.RUN;
    /* No container with a terminal comes here. */
    Making.checkTerminal(way, false, Criu.given(parsed, "--console-socket").isPresent());
    boolean inScope = session.runtimeOptions().cgroupManager() == CgroupManager.SYSTEMD;
    if (inScope) {
      Scopes.requireSystemd(session);
    }
    List<String> options = options(parsed);
    String program = Criu.program(session);
    Path images = Criu.images(parsed, session);
    if (!Files.isDirectory(images)) {
      throw new Failure("--image-path: there is no folder " + images);
    }
    CriuLog log = new CriuLog(Criu.work(parsed, session, images).resolve("restore.log"));
    Checkpoint checkpoint = new Checkpoint(images, log.file(), options);
    Path bundle = session.path(parsed.matchedOptionValue("--bundle", "."));
    JsonObject config = ConfigFile.read(bundle);
    new ServiceSockets(session.invocation()).mountIn(config);
    String id = positionals(parsed).getFirst();
    StateFolder folder = Containers.root(session).claim(id);
    /* Whoever deletes the container meanwhile waits until it is made, or given up. */
    try (FileChannel _ = folder.lock()) {
      Program launch;
      Optional<ScopeOrder> scope;
      try {
        BundleLaunch bundleLaunch = Making.launch(session, folder, bundle, config, inScope);
        scope = bundleLaunch.scopeOrder();
        launch =
            bundleLaunch.restore(
                handover(parsed, session, way),
                checkpoint.restore(
                    folder,
                    bundleLaunch,
                    bundle,
                    program,
                    Criu.environment(session),
                    !way.detached()));
        log.forget();
      } catch (Exception e) {
        Containers.remove(session, folder);
        throw e;
      }
      launch(session, folder, launch, way, scope, log);
    }
    return way.detached() ? 0 : Command.LAUNCHED;
  }

  private static List<String> options(ParseResult parsed) throws Failure {
    List<String> options = new ArrayList<>(Criu.options(parsed));
    if (isSet(parsed, "--lazy-pages")) {
      options.add("--lazy-pages");
    }
    for (String option : PASSED) {
      Optional<String> value = Criu.given(parsed, option);
      if (value.isPresent()) {
        options.addAll(List.of(option, value.get()));
      }
    }
    return options;
  }

  private static Handover handover(ParseResult parsed, Session session, Making.Way way)
      throws Failure {
    return new Handover(
        way.detached(),
        !way.detached(),
        Optional.empty(),
        Optional.empty(),
        Making.path(parsed, session, "--pid-file"),
        Optional.empty(),
        0,
        Map.of(),
        false);
  }

  private static void launch(
      Session session,
      StateFolder folder,
      Program program,
      Making.Way way,
      Optional<ScopeOrder> scope,
      CriuLog log)
      throws IOException, Failure {
    String intent = "restore container " + folder.id();
    Front.Stay stay = way.detached() ? Front.Stay.NOT : Front.Stay.ATTACHED;
    Front.Outcome outcome =
        scope.isEmpty()
            ? session.front().launch(program, stay)
            : Scopes.launch(session, folder, program, stay, intent, scope.get());
    if (outcome.succeeded()) {
      return;
    }
    if (Files.exists(folder.path())) {
      Containers.remove(session, folder);
    }
    boolean criu =
        !outcome.detail().isEmpty()
            && program.section(outcome.section()).get(outcome.index()).opcode()
                == Opcode.AWAIT_RESTORED;
    throw criu
        ? Criu.failure(intent, outcome, log, "The checkpoint is as it was.")
        : LaunchFailure.of(intent, program, outcome);
  }
}
