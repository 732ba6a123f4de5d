package nsbox.cli.image;

import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.InspectFormat;
import nsbox.engine.Images;
import nsbox.image.StoredImage;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox image inspect`: all that is known of images, as JSON or as a template says.
public final class InspectCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "image inspect",
            "[OPTIONS] IMAGE...",
            "Show all that is known of images, as a list of JSON objects.",
            ImageSizes.MEANING);
    spec.addOption(text("FORMAT", "json or a Go template for each image", "-f", "--format"));
    spec.addPositional(Model.parameters("IMAGE", "1..*", "Name or ID"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    InspectFormat format = InspectFormat.parse(optional(parsed, "--format"));
    session.prepare();
    Images images = session.images();
    List<String> names = positionals(parsed);
    List<StoredImage> found = StoreLookup.some(session, images.store(), names);
    ImageInspection inspection = new ImageInspection(images);
    List<JsonObject> shown = new ArrayList<>();
    for (StoredImage image : found) {
      shown.add(inspection.document(image));
    }
    Printing.print(session, format.print(shown));
    return found.size() == names.size() ? 0 : Failure.NSBOX;
  }
}
