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
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.Signals;
import nsbox.cli.Sizes;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerMaker;
import nsbox.engine.ContainerPlan;
import nsbox.engine.ContainerRecord;
import nsbox.engine.Containers;
import nsbox.engine.Images;
import nsbox.image.Ingest;
import nsbox.image.StoredImage;
import nsbox.json.JsonObject;
import nsbox.runtime.state.Identifiers;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// What `run` and `create` share: from the words of the user to a container on disk, claimed by
/// this process and not started.
final class NewContainer {
  private static final int NAME_LENGTH = 128;

  private final Session session;
  private final ParseResult parsed;
  private final List<String> words;
  private final ContainerOptions options;
  private final Optional<String> name;
  private final long storageBytes;

  /// A container that is there, and what it will run as.
  record Made(ContainerFolder folder, ContainerRecord record, JsonObject config, Images images) {}

  /// @throws Failure if an option's value is wrong; nothing was done then
  NewContainer(Session session, ParseResult parsed) throws Failure {
    this.session = session;
    this.parsed = parsed;
    this.words = positionals(parsed);
    this.options =
        ContainerFlags.read(parsed, words.subList(1, words.size()), session.invocation());
    this.name = checkedName(Model.optional(parsed, "--name"));
    this.storageBytes = storageBytes(values(parsed, "--storage-opt"));
  }

  static void addOptions(CommandSpec spec) {
    spec.addOption(flag("Keep standard input open", "-i", "--interactive"));
    spec.addOption(flag("Remove the container when it ends", "--rm"));
    spec.addOption(text("NAME", "Name of the container", "--name"));
    spec.addOption(
        text("missing|always|never", "Whether to pull the image first (missing)", "--pull"));
    spec.addOption(text("OS/ARCH[/VARIANT]", "Which image to pull", "--platform"));
    spec.addOption(
        texts("size=SIZE", "Limit what the container's own files take up", "--storage-opt"));
    ContainerFlags.addTo(spec);
    spec.addPositional(Model.parameters("IMAGE", "1..*", "Image, command and arguments"));
  }

  ContainerOptions options() {
    return options;
  }

  /// Makes the container. Its run folder is this process's: whoever starts it goes on from there,
  /// all others release it.
  Made make() throws Exception {
    Images images = session.images();
    /* From here on nobody takes the image away, until the container is there and needs it no more. */
    try (Ingest lease = images.store().ingest()) {
      StoredImage image = new ImageChoice(session, images, lease).find(words.getFirst(), parsed);
      Images.Unpacked unpacked = images.unpack(image);
      makeVolumeSources(options);
      String id = Containers.newId();
      ContainerFolder folder = session.containers().folder(id);
      ContainerMaker maker = new ContainerMaker(session.containers(), session.caller());
      String taken = name.orElse("");
      try {
        taken = maker.claim(id, name);
        ContainerPlan plan =
            ContainerPlan.make(folder, images, unpacked, options, session.defaultFilter());
        ContainerRecord record = record(plan, images, unpacked, taken);
        maker.make(plan, record, new JsonObject(), images.driver());
        return new Made(folder, record, plan.bundle().config(), images);
      } catch (Exception e) {
        Removal.remove(session, folder, taken);
        throw e;
      }
    }
  }

  /// The same on paper.
  String explain() throws Exception {
    Images images = session.images();
    try (Ingest lease = images.store().ingest()) {
      StoredImage image = new ImageChoice(session, images, lease).find(words.getFirst(), parsed);
      Images.Unpacked unpacked = images.unpack(image);
      ContainerFolder folder = session.containers().folder("<id>");
      ContainerPlan plan =
          ContainerPlan.make(folder, images, unpacked, options, session.defaultFilter());
      ContainerRecord record = record(plan, images, unpacked, name.orElse("<name>"));
      return Explanation.of(
          words.getFirst(),
          images,
          unpacked,
          plan,
          Starting.program(session, images, folder, record, plan.bundle().config()));
    }
  }

  private ContainerRecord record(
      ContainerPlan plan, Images images, Images.Unpacked unpacked, String taken)
      throws IOException, Failure {
    JsonObject process = plan.bundle().config().object("process");
    JsonObject labels = new JsonObject();
    unpacked.image().config().labels().forEach(labels::put);
    options.labels().forEach(labels::put);
    return new ContainerRecord(
        new JsonObject()
            .put("id", plan.folder().id())
            .put("name", taken)
            .put("image", words.getFirst())
            .put("imageId", unpacked.image().id().toString())
            .put("layers", unpacked.chainIds())
            .put("driver", images.driver().name())
            .put("command", process.strings("args"))
            .put("createdNanos", nanosNow())
            .put(
                "stopSignal",
                Signals.number(unpacked.image().config().stopSignal().orElse("SIGTERM")))
            .put("storageBytes", storageBytes)
            .put("autoRemove", isSet(parsed, "--rm"))
            .put("terminal", process.flag("terminal"))
            .put("keepInput", isSet(parsed, "--interactive"))
            .put("defaultFilter", true)
            .put("labels", labels));
  }

  private static long nanosNow() {
    java.time.Instant now = java.time.Instant.now();
    return now.getEpochSecond() * 1_000_000_000 + now.getNano();
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
