package nsbox.image;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Names a blob by digest and says how long it is, so that it can be checked as it arrives.
///
/// Members that nsbox does not know are kept: [#toJson()] gives back all that was read. Two
/// descriptors are equal if all their members are.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#properties
///   Descriptor
public final class Descriptor {
  private final String mediaType;
  private final Digest digest;
  private final long sizeBytes;
  private final Optional<Platform> platform;
  private final Map<String, String> annotations;
  private final JsonObject json;

  public Descriptor(String mediaType, Digest digest, long sizeBytes) {
    this.mediaType = mediaType;
    this.digest = digest;
    this.sizeBytes = sizeBytes;
    this.platform = Optional.empty();
    this.annotations = Map.of();
    this.json =
        new JsonObject()
            .put("mediaType", mediaType)
            .put("digest", digest.toString())
            .put("size", sizeBytes);
  }

  private Descriptor(JsonObject json) throws JsonException {
    this.mediaType = json.optionalString("mediaType").orElse("");
    this.digest = digest(json);
    this.sizeBytes = json.number("size");
    if (sizeBytes < 0) {
      throw new JsonException(json.locationOf("size") + ": negative: " + sizeBytes);
    }
    this.platform = platform(json.optionalObject("platform"));
    this.annotations = json.stringMap("annotations");
    this.json = json;
  }

  /// @throws JsonException if a member is missing or has the wrong type, or the digest is none
  public static Descriptor read(JsonObject json) throws JsonException {
    return new Descriptor(json);
  }

  /// Empty where the object has none.
  public String mediaType() {
    return mediaType;
  }

  /// Of the bytes as stored, compressed if they are compressed.
  public Digest digest() {
    return digest;
  }

  /// Length of those bytes; never negative.
  public long sizeBytes() {
    return sizeBytes;
  }

  public Optional<Platform> platform() {
    return platform;
  }

  /// @return null where there is none
  public String annotation(String name) {
    return annotations.get(name);
  }

  public Map<String, String> annotations() {
    return annotations;
  }

  /// The whole descriptor, unknown members included, as a new object.
  public JsonObject toJson() {
    return copy(json);
  }

  public Descriptor withPlatform(Platform platform) {
    JsonObject member =
        new JsonObject().put("architecture", platform.architecture()).put("os", platform.os());
    if (!platform.variant().isEmpty()) {
      member.put("variant", platform.variant());
    }
    return reread(copy(json).put("platform", member));
  }

  public Descriptor withAnnotation(String name, String value) {
    Map<String, String> changed = new LinkedHashMap<>(annotations);
    changed.put(name, value);
    return withAnnotations(changed);
  }

  public Descriptor withoutAnnotation(String name) {
    Map<String, String> changed = new LinkedHashMap<>(annotations);
    changed.remove(name);
    return withAnnotations(changed);
  }

  /// Media type, digest and size alone.
  public Descriptor bare() {
    return new Descriptor(mediaType, digest, sizeBytes);
  }

  private Descriptor withAnnotations(Map<String, String> changed) {
    if (changed.isEmpty()) {
      return reread(copy(json).remove("annotations"));
    }
    JsonObject member = new JsonObject();
    for (Map.Entry<String, String> entry : changed.entrySet()) {
      member.put(entry.getKey(), entry.getValue());
    }
    return reread(copy(json).put("annotations", member));
  }

  private static Descriptor reread(JsonObject json) {
    try {
      return new Descriptor(json);
    } catch (JsonException e) {
      throw new IllegalStateException("a descriptor made from a descriptor is one", e);
    }
  }

  private static Digest digest(JsonObject json) throws JsonException {
    try {
      return Digest.parse(json.string("digest"));
    } catch (InvalidDigestException e) {
      throw new JsonException(json.locationOf("digest") + ": " + e.getMessage(), e);
    }
  }

  private static Optional<Platform> platform(Optional<JsonObject> member) throws JsonException {
    if (member.isEmpty()) {
      return Optional.empty();
    }
    JsonObject platform = member.get();
    return Optional.of(
        new Platform(
            platform.optionalString("os").orElse(""),
            platform.optionalString("architecture").orElse(""),
            platform.optionalString("variant").orElse("")));
  }

  private static JsonObject copy(JsonObject json) {
    JsonObject copy = new JsonObject();
    for (Map.Entry<String, Object> member : json.members().entrySet()) {
      copy.put(member.getKey(), member.getValue());
    }
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Descriptor descriptor && json.equals(descriptor.json);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  @Override
  public String toString() {
    return json.toString();
  }
}
