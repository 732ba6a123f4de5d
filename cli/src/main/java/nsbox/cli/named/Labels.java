package nsbox.cli.named;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nsbox.json.JsonObject;

/// Names with values: labels, and options of drivers.
public final class Labels {
  private Labels() {}

  /// @param words `NAME=VALUE`, or `NAME` for one without a value
  public static Map<String, String> parse(List<String> words) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      pairs.put(
          equals < 0 ? word : word.substring(0, equals),
          equals < 0 ? "" : word.substring(equals + 1));
    }
    return pairs;
  }

  /// As a column shows them: by name, with commas between.
  public static String text(Map<String, String> labels) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, String> label : new TreeMap<>(labels).entrySet()) {
      text.append(text.isEmpty() ? "" : ",");
      text.append(label.getKey()).append('=').append(label.getValue());
    }
    return text.toString();
  }

  public static JsonObject object(Map<String, String> labels) {
    JsonObject object = new JsonObject();
    labels.forEach(object::put);
    return object;
  }
}
