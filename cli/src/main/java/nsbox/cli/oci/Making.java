package nsbox.cli.oci;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.RuntimeOptions.CgroupManager;
import nsbox.cli.ServiceSockets;
import nsbox.cli.Session;
import nsbox.cli.command.LaunchFailure;
import nsbox.engine.Front;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.plan.Handover;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.ConfigFile;
import nsbox.runtime.state.BundleLaunch;
import nsbox.runtime.state.BundleLaunch.ScopeOrder;
import nsbox.runtime.state.StateFolder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// What `create` and `run` have in common.
final class Making {
  private Making() {}

  static void addOptions(CommandSpec spec) {
    spec.addOption(text("DIR", "The bundle (the working directory)", "-b", "--bundle"));
    spec.addOption(
        text("SOCKET", "Who gets the master of the container's terminal", "--console-socket"));
    spec.addOption(text("SOCKET", "Who gets a pidfd of the container's process", "--pidfd-socket"));
    spec.addOption(text("FILE", "Where to write the pid of the container", "--pid-file"));
    spec.addOption(text("N", "Pass on this many descriptors from 3 on (0)", "--preserve-fds"));
    spec.addOption(flag("Keep the caller's session keyring", "--no-new-keyring"));
    spec.addOption(flag("Use chroot(2) instead of pivot_root(2)", "--no-pivot"));
    spec.addOption(flag("Accepted for runc's sake: nobody is adopted", "--no-subreaper"));
  }

  /// How the container is to be started.
  enum Way {
    CREATE,
    RUN,
    /// The same, but once it has ended it stays until it is deleted.
    RUN_AND_KEEP,
    RUN_DETACHED;

    boolean detached() {
      return this == CREATE || this == RUN_DETACHED;
    }
  }

  static void make(ParseResult parsed, Session session, String id, Way way) throws Exception {
    boolean inScope = session.runtimeOptions().cgroupManager() == CgroupManager.SYSTEMD;
    if (inScope) {
      Scopes.requireSystemd(session);
    }
    Path bundle = session.path(parsed.matchedOptionValue("--bundle", "."));
    JsonObject config = ConfigFile.read(bundle);
    fillTerminalSize(config, session);
    new ServiceSockets(session.invocation()).mountIn(config);
    StateFolder folder = Containers.root(session).claim(id);
    String intent = (way == Way.CREATE ? "create" : "run") + " container " + id;
    /* Whoever deletes the container meanwhile waits until it is made, or given up. */
    try (FileChannel _ = folder.lock()) {
      Program program;
      Optional<ScopeOrder> scope;
      try {
        BundleLaunch launch = launch(session, folder, bundle, config, inScope);
        scope = launch.scopeOrder();
        Handover handover =
            handover(parsed, session, folder, way, launch.spec().process().terminal());
        program = launch.compile(handover, isSet(parsed, "--no-pivot"));
        if (way == Way.RUN_AND_KEEP) {
          program = program.withoutTeardown();
        }
      } catch (Exception e) {
        Containers.remove(session, folder);
        throw e;
      }
      Front.Stay stay = way.detached() ? Front.Stay.NOT : Front.Stay.ATTACHED;
      Front.Outcome outcome =
          scope.isEmpty()
              ? session.front().launch(program, stay)
              : Scopes.launch(session, folder, program, stay, intent, scope.get());
      if (!outcome.succeeded()) {
        if (Files.exists(folder.path())) {
          Containers.remove(session, folder);
        }
        throw LaunchFailure.of(intent, program, outcome);
      }
    }
  }

  static BundleLaunch launch(
      Session session, StateFolder folder, Path bundle, JsonObject config, boolean inScope)
      throws Exception {
    return new BundleLaunch(
        folder,
        bundle,
        config,
        session.invocation().environment().getOrDefault("USER", "root"),
        session.runtimeOptions().cgroupManager() == CgroupManager.DISABLED
            ? new CgroupLayout(List.of())
            : CgroupLayout.ofHost(),
        inScope,
        Caller.rights(session));
  }

  private static Handover handover(
      ParseResult parsed, Session session, StateFolder folder, Way way, boolean terminal)
      throws Failure, IOException {
    Optional<String> console = path(parsed, session, "--console-socket");
    checkTerminal(way, terminal, console.isPresent());
    return new Handover(
        way.detached(),
        !way.detached(),
        way == Way.CREATE ? Optional.of(folder.fifo().toString()) : Optional.empty(),
        console,
        path(parsed, session, "--pid-file"),
        path(parsed, session, "--pidfd-socket"),
        session.invocation().keptDescriptors(),
        new ServiceSockets(session.invocation()).listening(),
        !isSet(parsed, "--no-new-keyring"));
  }

  /* As runc has it, word for word: engines look for these. */
  static void checkTerminal(Way way, boolean terminal, boolean socket) throws Failure {
    boolean detached = way.detached();
    if (detached && terminal && !socket) {
      throw new Failure("cannot allocate tty if runc will detach without setting console socket");
    }
    if ((!detached || !terminal) && socket) {
      throw new Failure("cannot use console socket if runc will not detach or allocate tty");
    }
  }

  static Optional<String> path(ParseResult parsed, Session session, String option) throws Failure {
    Optional<String> text = optional(parsed, option);
    return text.isEmpty() || text.get().isEmpty()
        ? Optional.empty()
        : Optional.of(session.path(text.get()).toString());
  }

  private static void fillTerminalSize(JsonObject config, Session session) throws IOException {
    Optional<JsonObject> process = config.optionalObject("process");
    if (process.isPresent() && !process.get().has("consoleSize")) {
      process.get().put("consoleSize", size(session));
    }
  }

  static JsonObject size(Session session) {
    return new JsonObject()
        .put("height", (long) session.invocation().rows())
        .put("width", (long) session.invocation().columns());
  }
}
