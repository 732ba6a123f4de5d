package nsbox.runtime.spec;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// config.json of a bundle, on the disk.
public final class ConfigFile {
  private ConfigFile() {}

  /// Reads it; a link is followed.
  ///
  /// A member that comes twice is an error: another reader of the bundle, such as the engine that
  /// has checked it, may have taken the other one.
  ///
  /// @throws JsonException if it is no file, is above [Json#MAX_BYTES], or is not one JSON object
  /// @throws NoSuchFileException if there is none
  public static JsonObject read(Path bundle) throws IOException {
    Path file = bundle.resolve("config.json");
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      /* Opening a FIFO would wait for whoever writes. */
      throw new JsonException(file + ": not a regular file");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(Json.MAX_BYTES + 1);
    }
    if (bytes.length > Json.MAX_BYTES) {
      throw new JsonException(file + ": more than " + Json.MAX_BYTES + " bytes");
    }
    return Json.parseStrictly(bytes, file.toString());
  }
}
