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
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Front;
import nsbox.runtime.criu.Checkpoint;
import nsbox.runtime.criu.CriuLog;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.state.ProcessIdentity;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StateFolder.Status;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime checkpoint`: has criu save a container's processes to files.
///
/// Unless it is to go on, the container is removed then, as runc does, so that it can be restored
/// under its name; where a monitor stays with it, by that.
public final class CheckpointCommand implements Command {
  private static final long ENDED_MILLISECONDS = 10_000;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        OciModel.command("checkpoint", "ID", "Save a running container to files, with criu.");
    Criu.addOptions(spec);
    spec.addOption(
        text("DIR", "An earlier checkpoint, as seen from --image-path", "--parent-path"));
    spec.addOption(flag("Let the container go on", "--leave-running"));
    spec.addOption(flag("Save memory alone, as a beginning; it goes on", "--pre-dump"));
    spec.addOption(flag("Leave out TCP connections that are not made yet", "--tcp-skip-in-flight"));
    spec.addOption(flag("Give deleted files a name again", "--link-remap"));
    spec.addOption(text("ADDRESS:PORT", "A 'criu page-server' that takes memory", "--page-server"));
    spec.addOption(flag("Refused: nobody here serves memory afterwards", "--lazy-pages"));
    spec.addOption(text("FD", "Refused, it is for --lazy-pages", "--status-fd"));
    spec.addPositional(Model.parameters("ID", "1", "The container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> options = options(parsed);
    StateFolder folder = Containers.find(session, positionals(parsed).getFirst());
    try (FileChannel _ = folder.lock()) {
      Status status = folder.status();
      if (status != Status.RUNNING && status != Status.PAUSED) {
        /* As runc has it, word for word. */
        throw new Failure("Container cannot be checkpointed in " + status + " state");
      }
      String program = Criu.program(session);
      Path images = Criu.folder(Criu.images(parsed, session));
      options.addAll(parent(parsed, images));
      Path work = Criu.work(parsed, session, images);
      boolean whole = !isSet(parsed, "--pre-dump");
      CriuLog log = new CriuLog(work.resolve("dump.log"));
      Checkpoint checkpoint = new Checkpoint(images, log.file(), options);
      /* A monitor would take both away with the container. */
      ProcessIdentity process = folder.process().orElseThrow();
      boolean monitored = Containers.state(folder).monitored();
      dump(session, folder, program, checkpoint.dump(folder, whole), log);
      if (whole && !isSet(parsed, "--leave-running")) {
        awaitEnd(session, folder.id(), process);
        if (!monitored) {
          Containers.remove(session, folder);
        }
      }
    }
    return 0;
  }

  private static List<String> options(ParseResult parsed) throws Failure {
    if (isSet(parsed, "--lazy-pages")) {
      throw new Failure(
          "--lazy-pages: nsbox does not stay to serve the memory of a container that is gone");
    }
    Optional<String> status = Criu.given(parsed, "--status-fd");
    if (status.isPresent() && !status.get().equals("-1")) {
      throw new Failure(
          "--status-fd " + status.get() + ": it is for --lazy-pages, which is refused");
    }
    List<String> options = new ArrayList<>(Criu.options(parsed));
    if (isSet(parsed, "--leave-running")) {
      options.add("--leave-running");
    }
    if (isSet(parsed, "--tcp-skip-in-flight")) {
      options.add("--skip-in-flight");
    }
    if (isSet(parsed, "--link-remap")) {
      options.add("--link-remap");
    }
    Optional<String> server = Criu.given(parsed, "--page-server");
    if (server.isPresent()) {
      options.addAll(pageServer(server.get()));
    }
    return options;
  }

  private static List<String> pageServer(String server) throws Failure {
    int colon = server.lastIndexOf(':');
    String port = server.substring(colon + 1);
    if (colon < 1 || port.isEmpty() || !port.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new Failure("--page-server " + server + ": expected ADDRESS:PORT");
    }
    return List.of("--page-server", "--address", server.substring(0, colon), "--port", port);
  }

  private static List<String> parent(ParseResult parsed, Path images) throws Failure {
    Optional<String> parent = Criu.given(parsed, "--parent-path");
    if (parent.isEmpty()) {
      return List.of();
    }
    if (parent.get().startsWith("/")) {
      throw new Failure(
          "--parent-path " + parent.get() + ": expected a path that is relative to --image-path");
    }
    if (!Files.isDirectory(images.resolve(parent.get()))) {
      throw new Failure(
          "--parent-path " + parent.get() + ": there is no folder " + images.resolve(parent.get()));
    }
    return List.of("--prev-images-dir", parent.get(), "--track-mem");
  }

  private static void dump(
      Session session, StateFolder folder, String criu, List<String> arguments, CriuLog log)
      throws IOException, Failure {
    log.forget();
    List<String> words = new ArrayList<>(List.of(criu));
    words.addAll(arguments);
    Instructions steps = new Instructions();
    String where = log.file().getParent().toString();
    steps.add(
        "save its processes",
        Opcode.HOOK,
        criu,
        words,
        Criu.environment(session),
        0,
        "",
        "",
        where);
    Front.Outcome outcome = session.front().run(Program.of(steps).encode());
    if (!outcome.succeeded()) {
      throw Criu.failure(
          "checkpoint container " + folder.id(),
          outcome,
          log,
          "The container is " + folder.status() + ".");
    }
  }

  private static void awaitEnd(Session session, String id, ProcessIdentity process)
      throws IOException, Failure {
    Instructions steps = new Instructions();
    steps.add(
        "wait for its end",
        Opcode.AWAIT_EXIT,
        process.pid(),
        process.startTime(),
        ENDED_MILLISECONDS);
    Containers.run(session, "end container " + id, steps);
  }
}
