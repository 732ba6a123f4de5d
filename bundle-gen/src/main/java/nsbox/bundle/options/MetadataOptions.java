package nsbox.bundle.options;

import java.util.Map;
import java.util.Optional;

/// What is said of the container, to people and to other tools.
///
/// @param labels beside the image's own
/// @param stopSignal as the user wrote it; else the image's
/// @param stopSeconds how long `stop` waits, -1 for ever
public record MetadataOptions(
    Map<String, String> labels,
    Map<String, String> annotations,
    Optional<String> stopSignal,
    Optional<Long> stopSeconds) {
  public static final MetadataOptions DEFAULT =
      new MetadataOptions(Map.of(), Map.of(), Optional.empty(), Optional.empty());
}
