package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Human;
import nsbox.image.ImageStore;
import nsbox.image.StoredImage;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox image tree`: an image's layers, and which images share them.
public final class TreeCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "image tree",
            "[OPTIONS] IMAGE",
            "Show the layers of an image, the lowest first, and whose top they are.",
            ImageSizes.MEANING);
    spec.addOption(flag("Show what stands on the image instead", "--whatrequires"));
    spec.addPositional(Model.parameters("IMAGE", "1", "Name or ID"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    ImageStore store = session.images().store();
    StoredImage image = StoreLookup.get(store, positionals(parsed).getFirst());
    List<StoredImage> images = new ArrayList<>(store.list().images());
    if (images.stream().noneMatch(it -> it.id().equals(image.id()))) {
      images.add(image);
    }
    ImageSizes sizes = new ImageSizes(session.images().snapshots(), images);
    ImageTree tree = new ImageTree(images, sizes);
    List<String> names = image.references().isEmpty() ? List.of() : ImageTree.names(image);
    Printing.print(
        session,
        "Image ID: "
            + image.id().shortHex()
            + "\nTags:     ["
            + String.join(" ", names)
            + "]\nSize:     "
            + Human.size(sizes.bytes(image))
            + "\nImage Layers\n"
            + (isSet(parsed, "--whatrequires") ? tree.above(image) : tree.stack(image)));
    return 0;
  }
}
