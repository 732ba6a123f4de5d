package nsbox.cli.command;

import static nsbox.cli.Model.positionals;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import nsbox.bundle.Bundle;
import nsbox.bundle.options.ContainerOptions;
import nsbox.bundle.options.FileOptions;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.flags.Asked;
import nsbox.cli.flags.ContainerFlags;
import nsbox.cli.flags.Joined;
import nsbox.engine.BundlePlan;
import nsbox.engine.ContainerTrees;
import nsbox.engine.ContainerVolumes;
import nsbox.engine.Images;
import nsbox.image.Ingest;
import nsbox.json.Json;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.snapshot.CopyDriver;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox bundle`: an image as an OCI bundle, which any OCI runtime starts.
public final class BundleCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = bare();
    flags().addTo(spec);
    return spec;
  }

  @Override
  public CommandSpec spec(List<String> words) {
    CommandSpec spec = bare();
    flags().addTo(spec, words);
    return spec;
  }

  private static Flags flags() {
    Flags flags = new Flags();
    ContainerFlags.addTo(flags);
    return flags;
  }

  private static CommandSpec bare() {
    CommandSpec spec =
        Model.command(
            "bundle",
            "[OPTIONS] IMAGE DIR [COMMAND] [ARG...]",
            "Write an image as an OCI bundle: DIR/config.json and DIR/rootfs.",
            "DIR must be empty or not there yet.");
    spec.addPositional(Model.parameters("IMAGE", "2..*", "Image, folder, command and arguments"));
    return spec;
  }

  @Override
  public boolean stopsAtPositional() {
    return true;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    Path target = session.path(words.get(1));
    checkTarget(target);
    List<String> warnings = new ArrayList<>();
    ContainerOptions options =
        ContainerFlags.read(
            new Asked(parsed, session.invocation(), warnings), words.subList(2, words.size()));
    refuseWhatIsOfThisHost(options);
    for (String warning : warnings) {
      session.front().err("nsbox: " + warning + "\n");
    }
    session.prepare();
    Images images = session.images();
    try (Ingest lease = images.store().ingest()) {
      Images.Unpacked image =
          images.unpack(new ImageChoice(session, images, lease).find(words.getFirst(), parsed));
      Bundle bundle = BundlePlan.make(images, image, options, session.defaultFilter());
      write(session, images, image, bundle, target);
    }
    return 0;
  }

  /* A bundle is for any host and any time. */
  private static void refuseWhatIsOfThisHost(ContainerOptions options) throws Failure {
    if (options.process().init().isPresent()) {
      throw new Failure("--init: a bundle refers to nothing of nsbox's own");
    }
    for (FileOptions.Mount mount : options.files().mounts()) {
      if (mount.type().equals(ContainerVolumes.TYPE)) {
        throw new Failure(
            mount.flag()
                + " "
                + mount.destination()
                + ": a bundle refers to no volume\n  Name a folder of the host.");
      }
      if (mount.type().equals(ContainerTrees.TYPE)) {
        throw new Failure("--mount type=image: a bundle refers to no image of the store");
      }
    }
    for (Joined joined : Joined.of(options.namespaces())) {
      throw new Failure(
          joined.option()
              + " container:"
              + joined.container()
              + ": a bundle refers to no other container\n  Name the file: "
              + joined.option()
              + " ns:/proc/PID/ns/"
              + joined.file());
    }
  }

  private static void checkTarget(Path target) throws IOException, Failure {
    if (!Files.exists(target)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw new Failure("cannot write a bundle to " + target + ": it is not a folder");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
      if (entries.iterator().hasNext()) {
        throw new Failure(
            "cannot write a bundle to " + target + ": the folder is not empty\n  Name a new one.");
      }
    }
  }

  /* Filled beside its place and renamed, so a bundle that is there is whole. */
  private static void write(
      Session session, Images images, Images.Unpacked image, Bundle bundle, Path target)
      throws IOException, Failure {
    Path unfinished = target.resolveSibling("." + target.getFileName() + ".nsbox-new");
    removeTree(session, unfinished);
    try {
      Files.createDirectories(unfinished);
      new CopyDriver(images.snapshots()).prepare(image.chainIds(), unfinished);
      Files.writeString(unfinished.resolve("config.json"), Json.prettyText(bundle.config()) + "\n");
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      removeTree(session, unfinished);
    }
  }

  private static void removeTree(Session session, Path folder) throws IOException, Failure {
    Instructions steps = new Instructions();
    steps.addIgnoring(
        Instruction.MISSING, "remove " + folder, Opcode.REMOVE_TREE, folder.toString());
    if (!session.front().run(Program.of(steps).encode()).succeeded()) {
      throw new Failure("cannot remove " + folder);
    }
  }
}
