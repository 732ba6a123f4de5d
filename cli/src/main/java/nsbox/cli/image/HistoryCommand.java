package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.time.Instant;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.ListFormat;
import nsbox.image.ImageStore;
import nsbox.image.StoredImage;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox history`: the steps in which an image was made, the last one first.
public final class HistoryCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "history",
            "[OPTIONS] IMAGE",
            "Show the steps in which an image was made, the last one first.",
            "SIZE is that of the step's layer as it is stored, compressed.");
    spec.addOption(flag("Print IDs only", "-q", "--quiet"));
    spec.addOption(flag("Cut nothing off", "--no-trunc"));
    spec.addOption(
        OptionSpec.builder("-H", "--human")
            .type(boolean.class)
            .arity("0..1")
            .fallbackValue("true")
            .paramLabel("true|false")
            .description("Word times and sizes; true unless --human=false")
            .build());
    spec.addOption(
        text("FORMAT", "json, table TEMPLATE or a Go template for each row", "--format"));
    spec.addPositional(Model.parameters("IMAGE", "1", "Name or ID"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    boolean human = parsed.matchedOptionValue("--human", true);
    ListFormat format =
        ListFormat.parse(
            optional(parsed, "--format"),
            human ? HistoryRows.COLUMNS : HistoryRows.COLUMNS_NOT_HUMAN);
    if (isSet(parsed, "--quiet") && optional(parsed, "--format").isEmpty()) {
      format = ListFormat.parse(java.util.Optional.of("{{.ID}}"), "");
    }
    session.prepare();
    ImageStore store = session.images().store();
    StoredImage image = StoreLookup.get(store, positionals(parsed).getFirst());
    HistoryRows rows =
        new HistoryRows(
            new ImageSizes(session.images().snapshots(), List.of(image)),
            isSet(parsed, "--no-trunc"),
            human,
            Instant.now());
    List<JsonObject> shown = rows.of(image);
    Printing.print(session, format.print(shown, HistoryRows.headings(), true));
    return 0;
  }
}
