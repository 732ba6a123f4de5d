package nsbox.engine;

import java.io.IOException;
import java.util.Map;
import nsbox.json.JsonObject;

/// What users keep from images: a password, a key. Without its content, which is shown to who asks
/// for it alone.
///
/// @param json what [Secrets] keeps of it
public record Secret(JsonObject json) {
  public static final String DRIVER = "file";

  public String id() throws IOException {
    return json.string("id");
  }

  public String name() throws IOException {
    return json.string("name");
  }

  public Map<String, String> labels() throws IOException {
    return json.stringMap("labels");
  }

  /// Since the epoch.
  public long createdNanos() throws IOException {
    return json.number("createdNanos");
  }

  /// When its content was replaced last; since the epoch.
  public long updatedNanos() throws IOException {
    return json.number("updatedNanos");
  }
}
