package nsbox.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import nsbox.json.JsonObject;

/// Files that outlive containers: a folder with a name.
///
/// @param folder `<root>/volumes/<name>`
public record Volume(Path folder, JsonObject json) {
  static final String DRIVER = "local";

  public String name() {
    return folder.getFileName().toString();
  }

  /// Where its files lie, if it does not name another place by [#options].
  public Path data() {
    return folder.resolve("_data");
  }

  public Map<String, String> labels() throws IOException {
    return json.stringMap("labels");
  }

  /// As `--opt` of `volume create`: `type`, `device` and `o`, what mount(8) is told by `-t`, as its
  /// source and by `-o`. Empty for a plain folder.
  public Map<String, String> options() throws IOException {
    return json.stringMap("options");
  }

  /// Made for one container, without a name of the user's.
  public boolean isAnonymous() throws IOException {
    return json.flag("anonymous");
  }

  /// Since the epoch.
  public long createdNanos() throws IOException {
    return json.number("createdNanos");
  }
}
