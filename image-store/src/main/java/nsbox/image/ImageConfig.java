package nsbox.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// What an image says about itself and about how to run it.
///
/// Lists, maps and texts are empty where the document has none.
///
/// @param created as written, in RFC 3339 as a rule
/// @param env entries as written, `NAME=value` as a rule
/// @param exposedPorts `port/protocol`, or the port alone
/// @param diffIds of the uncompressed layers, lowest first
/// @param json the whole document, for members that have no accessor here
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md Configuration
public record ImageConfig(
    Optional<String> created,
    Platform platform,
    List<String> entrypoint,
    List<String> cmd,
    List<String> env,
    String workingDir,
    String user,
    Optional<String> stopSignal,
    Set<String> volumes,
    Set<String> exposedPorts,
    Map<String, String> labels,
    List<Digest> diffIds,
    List<JsonObject> history,
    JsonObject json) {

  /// Reads the config of a manifest; its digest has been checked.
  ///
  /// @throws UnsupportedManifestException if the manifest is of an artifact that is no image
  /// @throws InvalidDocumentException if it is not a config, or has another number of layers
  public static ImageConfig parse(ImageManifest manifest, byte[] bytes) throws ImageException {
    String document = "config " + manifest.config().digest();
    manifest.checkConfig();
    try {
      ImageConfig config = read(Json.parse(bytes, document));
      if (config.diffIds.size() != manifest.layers().size()) {
        throw new InvalidDocumentException(
            document
                + ": rootfs.diff_ids: "
                + config.diffIds.size()
                + " for the manifest's "
                + manifest.layers().size()
                + " layers");
      }
      return config;
    } catch (JsonException e) {
      throw new InvalidDocumentException(e.getMessage(), e);
    }
  }

  private static ImageConfig read(JsonObject json) throws JsonException {
    JsonObject config = json.optionalObject("config").orElse(new JsonObject());
    return new ImageConfig(
        json.optionalString("created"),
        new Platform(
            json.string("os"),
            json.string("architecture"),
            json.optionalString("variant").orElse("")),
        config.strings("Entrypoint"),
        config.strings("Cmd"),
        config.strings("Env"),
        config.optionalString("WorkingDir").orElse(""),
        config.optionalString("User").orElse(""),
        config.optionalString("StopSignal"),
        names(config, "Volumes"),
        names(config, "ExposedPorts"),
        config.stringMap("Labels"),
        diffIds(json.object("rootfs")),
        json.objects("history"),
        json);
  }

  /// How a container of it is asked whether it is healthy, in docker's form.
  public Optional<JsonObject> healthcheck() throws JsonException {
    Optional<JsonObject> config = json.optionalObject("config");
    return config.isEmpty() ? Optional.empty() : config.get().optionalObject("Healthcheck");
  }

  /// The shell for what is one line, with its arguments.
  public List<String> shell() throws JsonException {
    Optional<JsonObject> config = json.optionalObject("config");
    return config.isEmpty() ? List.of() : config.get().strings("Shell");
  }

  private static Set<String> names(JsonObject config, String member) throws JsonException {
    Optional<JsonObject> set = config.optionalObject(member);
    return set.isEmpty() ? Set.of() : set.get().members().keySet();
  }

  private static List<Digest> diffIds(JsonObject rootfs) throws JsonException {
    String type = rootfs.string("type");
    if (!type.equals("layers")) {
      throw new JsonException(rootfs.locationOf("type") + ": expected layers, found " + type);
    }
    List<String> texts = rootfs.strings("diff_ids");
    List<Digest> diffIds = new ArrayList<>(texts.size());
    for (String text : texts) {
      diffIds.add(diffId(rootfs, text));
    }
    return List.copyOf(diffIds);
  }

  private static Digest diffId(JsonObject rootfs, String text) throws JsonException {
    try {
      return Digest.parse(text);
    } catch (InvalidDigestException e) {
      throw new JsonException(rootfs.locationOf("diff_ids") + ": " + e.getMessage(), e);
    }
  }
}
