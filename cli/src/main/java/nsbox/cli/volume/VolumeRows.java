package nsbox.cli.volume;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import nsbox.cli.named.Labels;
import nsbox.engine.Volume;
import nsbox.json.JsonObject;

/// Volumes in docker's words.
final class VolumeRows {
  static final String COLUMNS = "{{.Driver}}\t{{.Name}}";
  static final Map<String, String> HEADINGS =
      Map.of(
          "Driver", "DRIVER",
          "Name", "VOLUME NAME",
          "Mountpoint", "MOUNTPOINT",
          "Links", "LINKS",
          "Size", "SIZE");

  private VolumeRows() {}

  static JsonObject row(Volume volume, int users) throws IOException {
    return new JsonObject()
        .put("Driver", "local")
        .put("Labels", Labels.text(volume.labels()))
        .put("Links", Integer.toString(users))
        .put("Mountpoint", volume.data().toString())
        .put("Name", volume.name())
        .put("Scope", "local")
        .put("Size", "N/A");
  }

  static JsonObject document(Volume volume) throws IOException {
    Instant created = Instant.ofEpochSecond(0, volume.createdNanos());
    return new JsonObject()
        .put(
            "CreatedAt",
            DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                created.truncatedTo(ChronoUnit.SECONDS).atZone(ZoneId.systemDefault())))
        .put("Driver", "local")
        .put("Labels", Labels.object(volume.labels()))
        .put("Mountpoint", volume.data().toString())
        .put("Name", volume.name())
        .put("Options", Labels.object(volume.options()))
        .put("Scope", "local")
        .put("Anonymous", volume.isAnonymous());
  }
}
