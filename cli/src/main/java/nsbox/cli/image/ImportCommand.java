package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import nsbox.archive.ArchiveKind;
import nsbox.archive.ImageImport;
import nsbox.archive.ImageImport.Imported;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.SourceDate;
import nsbox.engine.Images;
import nsbox.image.Platform;
import nsbox.image.Reference;
import nsbox.snapshot.Snapshots;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox import`: the way into the store without a network.
public final class ImportCommand implements Command {
  private final Clock clock;

  public ImportCommand() {
    this(Clock.systemUTC());
  }

  ImportCommand(Clock clock) {
    this.clock = clock;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "import",
            "[OPTIONS] PATH [REFERENCE]",
            "Bring images from an OCI layout into the store, or make an image of a root filesystem:"
                + " a layout's folder, a tar archive of either, or - for an archive on standard"
                + " input.",
            "Where a layout names only a tag, the folder's name is the repository.");
    spec.addOption(text("REFERENCE", "What to call the image instead", "--name"));
    spec.addOption(
        texts(
            "INSTRUCTION", "Change the image as this line of a Dockerfile does", "-c", "--change"));
    spec.addOption(text("TEXT", "A message for the image's history", "-m", "--message"));
    spec.addOption(PlatformOption.spec("What the image runs on"));
    spec.addOption(text("ARCH", "The processor it runs on", "--arch"));
    spec.addOption(text("OS", "The system it runs on", "--os"));
    spec.addOption(flag("Accepted, nothing else is printed anyway", "-q", "--quiet"));
    spec.addPositional(Model.parameters("PATH", "1..2", "A layout or an archive, and a name"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    String path = positionals(parsed).getFirst();
    if (path.startsWith("http://") || path.startsWith("https://")) {
      throw new Failure(
          "import does not fetch " + path + "\n  Fetch it, and pipe it in: nsbox import -");
    }
    ImageImport.Settings settings =
        new ImageImport.Settings(
            name(parsed),
            platform(parsed),
            values(parsed, "--change"),
            optional(parsed, "--message"),
            created(session));
    session.prepare();
    Snapshots.warmUp();
    Images images = session.images();
    images.store().sweep();
    images.snapshots().sweep();
    ImageImport imports = new ImageImport(images.store(), settings, Optional.of(images.receiver()));
    Imported imported =
        path.equals("-")
            ? imports.importFrom(StandardInput.of(session), "standard input")
            : imports.importFrom(session.path(path));
    if (imported.kind() == ArchiveKind.DOCKER_ARCHIVE) {
      throw new Failure(
          (path.equals("-") ? "standard input" : path)
              + " is an archive of docker save, which has its own command\n  "
              + (path.equals("-") ? "Pipe it into 'nsbox load'." : "nsbox load -i " + path));
    }
    String id = imported.id().map(Object::toString).orElse("");
    for (Reference reference : imported.names()) {
      session.events().image("import", id, reference.familiar());
    }
    if (imported.names().isEmpty()) {
      session.events().image("import", id, id);
    }
    if (imported.id().isPresent()) {
      session.front().out(imported.id().get() + "\n");
      return 0;
    }
    for (Reference reference : imported.names()) {
      session.front().out(reference.familiar() + "\n");
    }
    return 0;
  }

  private static Optional<Reference> name(ParseResult parsed) throws Exception {
    List<String> words = positionals(parsed);
    Optional<String> name = optional(parsed, "--name");
    if (words.size() > 2 || words.size() == 2 && name.isPresent()) {
      throw new Failure("import takes one path and one name; these are more");
    }
    if (words.size() == 2) {
      name = Optional.of(words.get(1));
    }
    return name.isEmpty() ? Optional.empty() : Optional.of(Reference.parse(name.get()));
  }

  private static Platform platform(ParseResult parsed) throws Failure {
    Optional<Platform> platform = PlatformOption.value(parsed);
    Optional<String> architecture = optional(parsed, "--arch");
    Optional<String> os = optional(parsed, "--os");
    if (platform.isPresent() && (architecture.isPresent() || os.isPresent())) {
      throw new Failure("--platform says what --arch and --os say; give one or the other");
    }
    Platform base = platform.orElseGet(Platform::host);
    return new Platform(
        os.orElse(base.os()),
        architecture.map(Platform::architecture).orElse(base.architecture()),
        architecture.isPresent() ? "" : base.variant());
  }

  private Instant created(Session session) throws Failure {
    return SourceDate.of(session.invocation().environment()).orElseGet(clock::instant);
  }
}
