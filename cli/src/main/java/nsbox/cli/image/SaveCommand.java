package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.archive.ArchiveFormat;
import nsbox.archive.ImageSave;
import nsbox.archive.NewFile;
import nsbox.archive.SavedImage;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.FrontOutput;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Images;
import nsbox.image.Digest;
import nsbox.image.InvalidReferenceException;
import nsbox.image.Platform;
import nsbox.image.PlatformMissingException;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox save`: writes images to an archive or a folder that other tools read.
public final class SaveCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "save",
            "[OPTIONS] IMAGE...",
            "Save images to an archive, for 'load' of nsbox, docker or podman.");
    spec.addOption(
        text("PATH", "Write this; without it, or with -, standard output", "-o", "--output"));
    spec.addOption(
        text("FORMAT", "docker-archive (the default), oci-archive or oci-dir", "--format"));
    spec.addOption(
        flag("Accepted, an archive may have several images anyway", "-m", "--multi-image-archive"));
    spec.addOption(flag("Not offered: it would change digests", "--uncompressed"));
    spec.addOption(flag("Accepted, no progress is shown anyway", "-q", "--quiet"));
    spec.addOption(PlatformOption.spec("Fail if an image is for anything else"));
    spec.addPositional(Model.parameters("IMAGE", "1..*", "A name or an ID"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    ArchiveFormat format = format(optional(parsed, "--format").orElse("docker-archive"));
    if (isSet(parsed, "--uncompressed")) {
      throw new Failure(
          "save does not uncompress layers of OCI images: their digests would be others\n"
              + "  docker-archive, the default format, has uncompressed layers.");
    }
    String output = optional(parsed, "--output").orElse("-");
    boolean toStdout = output.equals("-") || output.equals("/dev/stdout");
    if (toStdout && format == ArchiveFormat.OCI_DIR) {
      throw new Failure("a folder cannot go to standard output\n  Say where: --output PATH");
    }
    if (toStdout && session.invocation().outputIsTerminal()) {
      throw new Failure(
          "cowardly refusing to save to a terminal\n  Use --output FILE, or redirect.");
    }
    session.prepare();
    Images images = session.images();
    ImageSave save =
        new ImageSave(
            images.store().blobs(),
            find(positionals(parsed), images, PlatformOption.value(parsed)));
    if (toStdout) {
      write(save, format, new FrontOutput(session.front()));
    } else if (format == ArchiveFormat.OCI_DIR) {
      NewFile.folder(session.path(output), save::ociFolder);
    } else {
      NewFile.file(session.path(output), out -> write(save, format, out));
    }
    return 0;
  }

  private static void write(ImageSave save, ArchiveFormat format, OutputStream out)
      throws IOException {
    if (format == ArchiveFormat.DOCKER_ARCHIVE) {
      save.dockerArchive(out);
    } else {
      save.ociArchive(out);
    }
    out.flush();
  }

  private static ArchiveFormat format(String text) throws Failure {
    for (ArchiveFormat format : ArchiveFormat.values()) {
      if (format.toString().equals(text)) {
        return format;
      }
    }
    throw new Failure(
        "there is no format " + text + "\n  There are docker-archive, oci-archive and oci-dir.");
  }

  /// Each image once, with all names by which it was asked for.
  private static List<SavedImage> find(
      List<String> asked, Images images, Optional<Platform> platform) throws IOException {
    Map<Digest, SavedImage> found = new LinkedHashMap<>();
    for (String nameOrId : asked) {
      StoredImage image = images.find(nameOrId);
      Platform own = image.config().platform();
      if (platform.isPresent() && platform.get().fitness(own) == 0) {
        throw new PlatformMissingException(nameOrId, platform.get(), List.of(own));
      }
      SavedImage saved =
          found.computeIfAbsent(
              image.descriptor().digest(), _ -> new SavedImage(image, new ArrayList<>()));
      Optional<Reference> name = nameOf(nameOrId, image);
      if (name.isPresent() && !saved.names().contains(name.get())) {
        saved.names().add(name.get());
      }
    }
    return List.copyOf(found.values());
  }

  /// The name, if it is one of the image's and no ID.
  private static Optional<Reference> nameOf(String nameOrId, StoredImage image) {
    try {
      Reference name = Reference.parse(nameOrId);
      return image.references().contains(name) ? Optional.of(name) : Optional.empty();
    } catch (InvalidReferenceException e) {
      // An ID in full.
      return Optional.empty();
    }
  }
}
