package nsbox.bundle;

import java.util.List;
import nsbox.json.JsonObject;

/// A container's configuration, and where each part of it came from.
///
/// @param config config.json of the runtime specification
/// @param origins in the order of the configuration
public record Bundle(JsonObject config, List<Origin> origins) {

  /// Why a field has its value.
  ///
  /// @param field `process.args`
  /// @param value as text
  /// @param source `image`, `default`, `--user`, `image /etc/passwd`, …
  public record Origin(String field, String value, String source) {}
}
