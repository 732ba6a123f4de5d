package nsbox.cli.image;

import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.GoTemplate;
import nsbox.cli.output.JsonForm;
import nsbox.engine.Images;
import nsbox.image.StoredImage;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox image inspect`: all that is known of images, as JSON or as a template says.
public final class InspectCommand implements Command {
  private final String name;

  /// @param name `inspect`, which will find other objects too, or `image inspect`
  public InspectCommand(String name) {
    this.name = name;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            name,
            "[OPTIONS] IMAGE...",
            "Show all that is known of images, as a list of JSON objects.",
            ImageSizes.MEANING);
    spec.addOption(text("FORMAT", "json or a Go template for each image", "-f", "--format"));
    if (name.equals("inspect")) {
      spec.addOption(text("TYPE", "image; other objects come later", "--type"));
    }
    spec.addPositional(Model.parameters("IMAGE", "1..*", "Name or ID"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Optional<String> type = name.equals("inspect") ? optional(parsed, "--type") : Optional.empty();
    if (type.isPresent() && !type.get().equals("image") && !type.get().equals("all")) {
      throw new Failure("inspect shows images only, not --type " + type.get());
    }
    Optional<String> format = optional(parsed, "--format");
    boolean compact = format.isPresent() && format.get().strip().equals("json");
    Optional<GoTemplate> template =
        format.isPresent() && !compact
            ? Optional.of(GoTemplate.parse(format.get()))
            : Optional.empty();
    session.prepare();
    Images images = session.images();
    List<String> names = positionals(parsed);
    List<StoredImage> found = StoreLookup.some(session, images.store(), names);
    ImageDocument documents =
        new ImageDocument(
            images, new ImageSizes(images.snapshots(), images.store().list().images()));
    List<JsonObject> shown = new ArrayList<>();
    for (StoredImage image : found) {
      shown.add(documents.of(image));
    }
    StringBuilder text = new StringBuilder();
    if (template.isPresent()) {
      for (JsonObject document : shown) {
        text.append(template.get().render(document)).append('\n');
      }
    } else {
      text.append(compact ? JsonForm.compact(shown) : JsonForm.pretty(shown)).append('\n');
    }
    Printing.print(session, text.toString());
    return found.size() == names.size() ? 0 : Failure.NSBOX;
  }
}
