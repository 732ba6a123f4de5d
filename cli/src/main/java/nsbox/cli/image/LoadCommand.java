package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;

import java.util.List;
import java.util.Optional;
import nsbox.archive.ImageLoad;
import nsbox.archive.Loaded;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Images;
import nsbox.image.Reference;
import nsbox.snapshot.Snapshots;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox load`: brings in what `save` of docker, podman or nsbox wrote.
public final class LoadCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "load",
            "[OPTIONS]",
            "Load images from an archive of docker save or podman save, or from an OCI layout, plain"
                + " or in gzip, zstd, xz or bzip2.");
    spec.addOption(text("PATH", "Read this instead of standard input", "-i", "--input"));
    spec.addOption(flag("Accepted, no progress is shown anyway", "-q", "--quiet"));
    spec.addOption(PlatformOption.spec("Load only what runs on this"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Optional<String> input = optional(parsed, "--input").filter(path -> !path.equals("-"));
    session.prepare();
    Snapshots.warmUp();
    Images images = session.images();
    images.store().sweep();
    images.snapshots().sweep();
    ImageLoad load =
        new ImageLoad(images.store(), PlatformOption.value(parsed), Optional.of(images.receiver()));
    List<Loaded> loaded =
        input.isPresent()
            ? load.load(session.path(input.get()))
            : load.load(StandardInput.of(session), "standard input");
    for (Loaded image : loaded) {
      for (Reference name : image.names()) {
        session.events().image("load", image.id().toString(), name.familiar());
        session.front().out("Loaded image: " + name.familiar() + "\n");
      }
      if (image.names().isEmpty()) {
        session.events().image("load", image.id().toString(), image.id().toString());
        session.front().out("Loaded image ID: " + image.id() + "\n");
      }
    }
    return 0;
  }
}
