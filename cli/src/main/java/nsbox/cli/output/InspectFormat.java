package nsbox.cli.output;

import java.util.List;
import java.util.Optional;
import nsbox.json.JsonObject;

/// How a command that inspects prints its objects: what `-f` says, as docker reads it. Without it a
/// list of JSON objects; `json` is the same on one line; a template is printed once for each.
public final class InspectFormat {
  private final boolean compact;
  private final Optional<GoTemplate> template;

  private InspectFormat(boolean compact, Optional<GoTemplate> template) {
    this.compact = compact;
    this.template = template;
  }

  /// @throws TemplateException if it is no template
  public static InspectFormat parse(Optional<String> format) throws TemplateException {
    boolean compact = format.isPresent() && format.get().strip().equals("json");
    return new InspectFormat(
        compact,
        format.isPresent() && !compact
            ? Optional.of(GoTemplate.parse(format.get()))
            : Optional.empty());
  }

  /// @throws TemplateException if an object lacks what the template names
  public String print(List<JsonObject> objects) throws TemplateException {
    if (template.isEmpty()) {
      return (compact ? JsonForm.compact(objects) : JsonForm.pretty(objects)) + "\n";
    }
    StringBuilder text = new StringBuilder();
    for (JsonObject object : objects) {
      text.append(template.get().render(object)).append('\n');
    }
    return text.toString();
  }
}
