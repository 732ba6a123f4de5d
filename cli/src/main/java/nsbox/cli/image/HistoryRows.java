package nsbox.cli.image;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.output.Human;
import nsbox.image.StoredImage;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// The rows of `nsbox history`, the last step first.
///
/// The history is what the image's maker wrote, and nothing holds it to the layers: layers that it
/// does not tell of have rows of their own, steps beyond the last layer have size 0.
///
/// @param full whether IDs and commands are whole
/// @param human whether times and sizes are worded
record HistoryRows(ImageSizes sizes, boolean full, boolean human, Instant now) {
  static final String COLUMNS =
      "{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}";
  static final String COLUMNS_NOT_HUMAN =
      "{{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}";
  private static final String MISSING = "<missing>";
  private static final int COMMAND_LENGTH = 45;

  static Map<String, String> headings() {
    Map<String, String> headings = new LinkedHashMap<>();
    headings.put("Comment", "COMMENT");
    headings.put("CreatedAt", "CREATED AT");
    headings.put("CreatedBy", "CREATED BY");
    headings.put("CreatedSince", "CREATED");
    headings.put("ID", "IMAGE");
    headings.put("Size", "SIZE");
    return headings;
  }

  List<JsonObject> of(StoredImage image) throws JsonException {
    List<JsonObject> rows = new ArrayList<>();
    int layers = image.manifest().layers().size();
    int layer = 0;
    for (JsonObject step : image.config().history()) {
      boolean empty = step.flag("empty_layer") || layer == layers;
      rows.add(
          row(
              Created.parse(step.optionalString("created")),
              step.optionalString("created_by").orElse(""),
              step.optionalString("comment").orElse(""),
              empty ? 0 : sizes.layerBytes(image, layer)));
      layer += empty ? 0 : 1;
    }
    for (; layer < layers; layer++) {
      rows.add(row(new Created(Optional.empty()), "", "", sizes.layerBytes(image, layer)));
    }
    if (!rows.isEmpty()) {
      rows.getLast().put("ID", full ? image.id().toString() : image.id().shortHex());
    }
    return rows.reversed();
  }

  private JsonObject row(Created created, String command, String comment, long bytes) {
    return new JsonObject()
        .put("Comment", comment)
        .put("CreatedAt", created.inRfc3339())
        .put("CreatedBy", cut(command.replaceAll("\\s+", " ").strip()))
        .put("CreatedSince", created.since(now))
        .put("ID", MISSING)
        .put("Size", human ? Human.size(bytes) : Long.toString(bytes));
  }

  private String cut(String command) {
    return full || command.codePointCount(0, command.length()) <= COMMAND_LENGTH
        ? command
        : command.substring(0, command.offsetByCodePoints(0, COMMAND_LENGTH - 1)) + "…";
  }
}
