package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.bundle.ContainerOptions;
import nsbox.cli.Command;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.Signals;
import nsbox.cli.Sizes;
import nsbox.engine.ContainerMaker;
import nsbox.engine.ContainerPlan;
import nsbox.engine.ContainerRecord;
import nsbox.engine.Containers;
import nsbox.engine.Front;
import nsbox.engine.Images;
import nsbox.image.Ingest;
import nsbox.image.StoredImage;
import nsbox.runtime.state.Identifiers;
import nsbox.snapshot.UpperFileSystem;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox run`: from an image reference to PID 1.
public final class RunCommand implements Command {
  private static final int NAME_LENGTH = 128;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "run",
            "[OPTIONS] IMAGE [COMMAND] [ARG...]",
            "Create a container from an image and run it.");
    spec.addOption(flag("Run in the background and print the container's ID", "-d", "--detach"));
    spec.addOption(flag("Keep standard input open", "-i", "--interactive"));
    spec.addOption(flag("Remove the container when it ends", "--rm"));
    spec.addOption(text("NAME", "Name of the container", "--name"));
    spec.addOption(
        flag(
            "Print the way from the image to the process, step by step, and start nothing",
            "--explain"));
    spec.addOption(
        text("missing|always|never", "Whether to pull the image first (missing)", "--pull"));
    spec.addOption(text("OS/ARCH[/VARIANT]", "Which image to pull", "--platform"));
    spec.addOption(
        texts("size=SIZE", "Limit what the container's own files take up", "--storage-opt"));
    ContainerFlags.addTo(spec);
    spec.addPositional(Model.parameters("IMAGE", "1..*", "Image, command and arguments"));
    return spec;
  }

  @Override
  public boolean stopsAtPositional() {
    return true;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    ContainerOptions options =
        ContainerFlags.read(parsed, words.subList(1, words.size()), session.invocation());
    Optional<String> name = checkedName(Model.optional(parsed, "--name"));
    boolean interactive = isSet(parsed, "--interactive");
    boolean detached = isSet(parsed, "--detach");
    boolean autoRemove = isSet(parsed, "--rm");
    long storageBytes = storageBytes(values(parsed, "--storage-opt"));

    session.prepare();
    Images images = session.images();
    if (!isSet(parsed, "--explain")) {
      warnAboutInput(session, interactive, detached, options);
    }
    ContainerPlan plan;
    ContainerRecord record;
    /* From here on nobody takes the image away, until the container is there and needs it no more. */
    try (Ingest lease = images.store().ingest()) {
      StoredImage image = new ImageChoice(session, images, lease).find(words.getFirst(), parsed);
      Images.Unpacked unpacked = images.unpack(image);
      if (isSet(parsed, "--explain")) {
        ContainerPlan.Request request =
            new ContainerPlan.Request(
                name.orElse("<name>"), options, interactive, autoRemove, session.defaultFilter());
        ContainerPlan explained =
            ContainerPlan.make(session.containers(), images, unpacked, "<id>", request);
        session.front().out(Explanation.of(words.getFirst(), images, unpacked, explained));
        return 0;
      }
      makeVolumeSources(options);
      String id = Containers.newId();
      ContainerMaker maker = new ContainerMaker(session.containers(), session.caller());
      String taken = name.orElse("");
      try {
        taken = maker.claim(id, name);
        plan =
            ContainerPlan.make(
                session.containers(),
                images,
                unpacked,
                id,
                new ContainerPlan.Request(
                    taken, options, interactive, autoRemove, session.defaultFilter()));
        record =
            record(
                plan,
                words.getFirst(),
                unpacked,
                images.driver().name(),
                taken,
                storageBytes,
                autoRemove);
        maker.make(plan, record, images.driver());
      } catch (Exception e) {
        Removal.remove(session, session.containers().folder(id), taken);
        throw e;
      }
    }
    return launch(session, plan, record, detached);
  }

  private static int launch(
      Session session, ContainerPlan plan, ContainerRecord record, boolean detached)
      throws Exception {
    Front.Outcome outcome =
        session
            .front()
            .launch(plan.program(), detached ? Front.Stay.DETACHED : Front.Stay.ATTACHED);
    if (!outcome.succeeded()) {
      if (outcome.errno() == Errno.EOWNERDEAD) {
        /* A monitor that fails cleans up after itself, one that was killed does not. */
        session.front().run(plan.program().teardownOnly().encode());
      }
      /* Nobody could do anything with a container that never ran. */
      Removal.remove(session, plan.folder(), record.name());
      throw LaunchFailure.of(
          "start container " + record.name(), plan.program(), outcome, overlayHint(session));
    }
    if (detached) {
      session.front().out(record.id() + "\n");
      return 0;
    }
    return Command.LAUNCHED;
  }

  private static String overlayHint(Session session) {
    Path containers = session.roots().containers();
    return "Its changes would be kept on "
        + UpperFileSystem.type(containers)
        + ", in "
        + containers
        + ".\n  Where overlayfs cannot write: nsbox --storage-driver copy run ..., or another --root.";
  }

  private static ContainerRecord record(
      ContainerPlan plan,
      String imageName,
      Images.Unpacked unpacked,
      String driver,
      String name,
      long storageBytes,
      boolean autoRemove)
      throws IOException, Failure {
    return new ContainerRecord(
        plan.folder().id(),
        name,
        imageName,
        unpacked.image().id().toString(),
        unpacked.chainIds(),
        driver,
        plan.bundle().config().object("process").strings("args"),
        System.currentTimeMillis() / 1000,
        Signals.number(unpacked.image().config().stopSignal().orElse("SIGTERM")),
        storageBytes,
        autoRemove,
        plan.bundle().config().object("process").flag("terminal"),
        unpacked.image().config().labels());
  }

  private static long storageBytes(List<String> options) throws Failure {
    long bytes = 0;
    for (String option : options) {
      if (!option.startsWith("size=")) {
        throw new Failure("--storage-opt " + option + ": the only option of storage is size=SIZE");
      }
      bytes = Sizes.parse(option.substring("size=".length()), "--storage-opt size");
    }
    return bytes;
  }

  private static Optional<String> checkedName(Optional<String> name) throws Failure {
    if (name.isEmpty()) {
      return name;
    }
    String text = name.get();
    if (!Identifiers.isValid(text, NAME_LENGTH, "_.-")) {
      throw new Failure(
          "--name "
              + text
              + ": a name has 1 to "
              + NAME_LENGTH
              + " letters, digits, '_', '.' or '-' and begins with a letter or digit");
    }
    return name;
  }

  private static void warnAboutInput(
      Session session, boolean interactive, boolean detached, ContainerOptions options)
      throws IOException {
    if (interactive
        && !detached
        && options.terminal().isPresent()
        && !session.invocation().inputIsTerminal()) {
      session
          .front()
          .err(
              "nsbox: standard input is not a terminal; -t and -i together may not do what you expect\n");
    }
  }

  /* As docker does: what is to be shown and is not there becomes a folder. */
  private static void makeVolumeSources(ContainerOptions options) throws IOException {
    for (ContainerOptions.Volume volume : options.volumes()) {
      Path source = Path.of(volume.source());
      if (!Files.exists(source)) {
        Files.createDirectories(source);
      }
    }
  }
}
