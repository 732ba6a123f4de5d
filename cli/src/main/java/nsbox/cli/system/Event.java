package nsbox.cli.system;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import nsbox.cli.output.TemplateMethod;
import nsbox.json.JsonObject;

/// One thing that happened, read from its record in whatever order the members came.
///
/// @param timeNanos since the epoch
record Event(
    String type, String action, String id, Map<String, String> attributes, long timeNanos) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /// Empty where a record lacks what every event has.
  static Optional<Event> of(JsonObject record) throws IOException {
    JsonObject actor = record.optionalObject("Actor").orElse(new JsonObject());
    String id = actor.optionalString("ID").or(() -> text(record, "id")).orElse("");
    String action = text(record, "Action").or(() -> text(record, "status")).orElse("");
    Optional<Long> nanos = record.optionalNumber("timeNano");
    long time =
        nanos.isPresent() ? nanos.get() : record.optionalNumber("time").orElse(0L) * 1_000_000_000;
    return action.isEmpty() || time == 0
        ? Optional.empty()
        : Optional.of(
            new Event(
                text(record, "Type").orElse("container"),
                action,
                id,
                new TreeMap<>(actor.stringMap("Attributes")),
                time));
  }

  private static Optional<String> text(JsonObject record, String name) {
    return record.members().get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  Instant moment() {
    return Instant.ofEpochSecond(timeNanos / 1_000_000_000, timeNanos % 1_000_000_000);
  }

  /// As docker's client prints it.
  String line() {
    List<String> shown = new ArrayList<>();
    attributes.forEach((name, value) -> shown.add(name + "=" + value));
    String actor = shown.isEmpty() ? id : id + " (" + String.join(", ", shown) + ")";
    return TIME.format(moment()) + " " + type + " " + action + " " + actor;
  }

  /// As docker sends it.
  JsonObject json() {
    JsonObject document = new JsonObject();
    if (type.equals("container") || type.equals("image")) {
      document.put("status", action).put("id", id);
    }
    if (type.equals("container")) {
      document.put("from", attributes.getOrDefault("image", ""));
    }
    return document
        .put("Type", type)
        .put("Action", action)
        .put("Actor", actor())
        .put("scope", "local")
        .put("time", timeNanos / 1_000_000_000)
        .put("timeNano", timeNanos);
  }

  /// What templates name: docker's members, and some that podman's users know.
  JsonObject fields() {
    return new JsonObject()
        .put("Status", action)
        .put("ID", id)
        .put("From", attributes.getOrDefault("image", ""))
        .put("Type", type)
        .put("Action", action)
        .put("Actor", actor())
        .put("Scope", "local")
        .put("Time", timeNanos / 1_000_000_000)
        .put("TimeNano", timeNanos)
        .put("Attributes", TemplateMethod.of(attributes))
        .put("Image", TemplateMethod.of(attributes.getOrDefault("image", "")))
        .put("Name", TemplateMethod.of(attributes.getOrDefault("name", "")));
  }

  private JsonObject actor() {
    return new JsonObject().put("ID", id).put("Attributes", attributes);
  }
}
