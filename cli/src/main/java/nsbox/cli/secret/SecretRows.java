package nsbox.cli.secret;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import nsbox.cli.named.Labels;
import nsbox.cli.output.Human;
import nsbox.engine.Secret;
import nsbox.json.JsonObject;

/// Secrets in podman's words.
final class SecretRows {
  static final String COLUMNS = "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.CreatedAt}}\t{{.UpdatedAt}}";
  static final Map<String, String> HEADINGS =
      Map.of(
          "ID", "ID",
          "Name", "NAME",
          "Driver", "DRIVER",
          "CreatedAt", "CREATED",
          "UpdatedAt", "UPDATED");

  private SecretRows() {}

  static JsonObject row(Secret secret) throws IOException {
    return new JsonObject()
        .put("ID", secret.id())
        .put("Name", secret.name())
        .put("Driver", Secret.DRIVER)
        .put("CreatedAt", ago(secret.createdNanos()))
        .put("UpdatedAt", ago(secret.updatedNanos()));
  }

  private static String ago(long nanos) {
    long seconds = Instant.now().getEpochSecond() - nanos / 1_000_000_000;
    return Human.duration(seconds) + " ago";
  }

  static JsonObject document(Secret secret) throws IOException {
    JsonObject driver =
        new JsonObject().put("Name", Secret.DRIVER).put("Options", new JsonObject());
    return new JsonObject()
        .put("ID", secret.id())
        .put("CreatedAt", time(secret.createdNanos()))
        .put("UpdatedAt", time(secret.updatedNanos()))
        .put(
            "Spec",
            new JsonObject()
                .put("Name", secret.name())
                .put("Driver", driver)
                .put("Labels", Labels.object(secret.labels())));
  }

  private static String time(long nanos) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
        Instant.ofEpochSecond(0, nanos).atZone(ZoneId.systemDefault()));
  }
}
