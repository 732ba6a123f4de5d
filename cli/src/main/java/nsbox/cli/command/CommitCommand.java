package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.archive.ImageCommit;
import nsbox.archive.ImageFormat;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.SourceDate;
import nsbox.cli.output.Visible;
import nsbox.engine.ContainerCommit;
import nsbox.engine.ContainerCommit.Committed;
import nsbox.engine.ContainerFolder;
import nsbox.engine.Images;
import nsbox.image.Reference;
import nsbox.snapshot.Snapshots;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox commit`: an image of what a container has changed.
public final class CommitCommand implements Command {
  private static final int SHOWN_FILES = 10;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "commit",
            "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
            "Make an image of a container: its image, and what the container has changed as one"
                + " layer more. What the image says of how to run it stays; --change changes it.",
            "The container may run, and is not paused: a file that it writes meanwhile may be in the"
                + " image half written, and is told.");
    spec.addOption(text("NAME", "Who made the image", "-a", "--author"));
    spec.addOption(
        texts(
            "INSTRUCTION", "Change the image as this line of a Dockerfile does", "-c", "--change"));
    spec.addOption(text("FORMAT", "oci (the default) or docker", "-f", "--format"));
    spec.addOption(text("FILE", "Write the image's ID into this file too", "--iidfile"));
    spec.addOption(text("TEXT", "A message for the image's history", "-m", "--message"));
    spec.addOption(flag("Refused if true: there is no pausing yet", "-p", "--pause"));
    spec.addOption(flag("Do not tell of files that changed meanwhile", "-q", "--quiet"));
    spec.addPositional(
        Model.parameters("CONTAINER", "1..2", "Name or ID, and what to call the image"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    if (words.size() > 2) {
      throw new Failure("commit takes one container and one name; these are more");
    }
    if (isSet(parsed, "--pause")) {
      throw new Failure(
          "cannot pause container "
              + words.getFirst()
              + ": nsbox cannot pause yet\n"
              + "  Stop it first, or commit it as it runs: --pause=false");
    }
    Optional<Instant> epoch = SourceDate.of(session.invocation().environment());
    ImageFormat format = format(optional(parsed, "--format").orElse("oci"));
    Optional<Reference> name = name(words);
    Optional<Path> idFile = idFile(parsed, session);
    session.prepare();
    ContainerFolder folder = container(session, words.getFirst());
    ImageCommit.Settings settings =
        new ImageCommit.Settings(
            name,
            format,
            values(parsed, "--change"),
            optional(parsed, "--author"),
            optional(parsed, "--message"),
            String.join(" ", folder.record().command()),
            epoch.orElseGet(Clock.systemUTC()::instant));
    Snapshots.warmUp();
    Images images = session.images();
    images.store().sweep();
    images.snapshots().sweep();
    Committed committed = new ContainerCommit(images).commit(folder, settings, epoch);
    if (!isSet(parsed, "--quiet")) {
      tell(session, committed.changed());
    }
    session
        .events()
        .container("commit", folder.record(), Map.of("imageID", committed.id().toString()));
    session.front().out(committed.id() + "\n");
    if (idFile.isPresent()) {
      Files.writeString(idFile.get(), committed.id().toString());
    }
    return 0;
  }

  private static ContainerFolder container(Session session, String nameOrId) throws Exception {
    Optional<ContainerFolder> found = session.containers().find(nameOrId);
    if (found.isEmpty()) {
      throw new Failure(
          "no container with name or ID \"" + nameOrId + "\" found: no such container");
    }
    return found.get();
  }

  private static Optional<Reference> name(List<String> words) throws Exception {
    if (words.size() < 2) {
      return Optional.empty();
    }
    Reference name = Reference.parse(words.get(1));
    if (name.digest().isPresent()) {
      throw new Failure("cannot commit as " + words.get(1) + ": a digest is found, not given");
    }
    return Optional.of(name);
  }

  private static ImageFormat format(String text) throws Failure {
    return switch (text) {
      case "oci" -> ImageFormat.OCI;
      case "docker" -> ImageFormat.DOCKER;
      default -> throw new Failure("--format " + text + ": expected oci or docker");
    };
  }

  /* Before the work: nobody wants to do it twice for a name that was mistyped. */
  private static Optional<Path> idFile(ParseResult parsed, Session session) throws Failure {
    Optional<String> text = optional(parsed, "--iidfile");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Path file = session.path(text.get());
    if (file.getParent() == null || !Files.isDirectory(file.getParent())) {
      throw new Failure("--iidfile " + text.get() + ": its folder is not there");
    }
    if (Files.isDirectory(file)) {
      throw new Failure("--iidfile " + text.get() + ": is a folder");
    }
    return Optional.of(file);
  }

  private static void tell(Session session, List<String> changed) throws IOException {
    for (String path : changed.subList(0, Math.min(changed.size(), SHOWN_FILES))) {
      session.front().err("nsbox: /" + Visible.text(path) + " changed while it was read\n");
    }
    if (changed.size() > SHOWN_FILES) {
      session.front().err("nsbox: and " + (changed.size() - SHOWN_FILES) + " more files changed\n");
    }
  }
}
