package nsbox.network.cni;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// A network that somebody else's programs make: what a file of `/etc/cni/net.d` says.
///
/// @param file where it stands
/// @param versions of the protocol that it may be used with and that are spoken here, the latest
///   first; at least one
/// @param disableCheck whether CHECK is not to be called
/// @param disableGc whether GC is not to be called
/// @param plugins in the order in which they add a container; at least one
/// @spec https://github.com/containernetworking/cni/blob/spec-v1.1.0/SPEC.md#configuration-format
///   Configuration format
public record CniNetwork(
    Path file,
    String name,
    List<String> versions,
    boolean disableCheck,
    boolean disableGc,
    List<CniPlugin> plugins) {

  /// 64 hexadecimal digits that stand for its name, for lists that have an ID.
  public String id() {
    try {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Whether one of its plugins wants to be told this of a container, as `portMappings`.
  public boolean hasCapability(String capability) {
    for (CniPlugin plugin : plugins) {
      if (plugin.capabilities().contains(capability)) {
        return true;
      }
    }
    return false;
  }

  /// Reads a network configuration.
  ///
  /// @param more plugins that stand in files of their own
  /// @throws JsonException if something is missing or wrong; the message names the place
  static CniNetwork of(Path file, JsonObject json, List<CniPlugin> more) throws JsonException {
    List<CniPlugin> plugins = new ArrayList<>();
    for (JsonObject plugin : json.objects("plugins")) {
      plugins.add(CniPlugin.of(plugin));
    }
    plugins.addAll(more);
    if (plugins.isEmpty()) {
      throw new JsonException(json.locationOf("plugins") + ": expected at least one plugin");
    }
    return new CniNetwork(
        file,
        name(json),
        versions(json),
        flag(json, "disableCheck"),
        flag(json, "disableGC"),
        plugins);
  }

  /// Reads the older form of a file, which configures one plugin.
  ///
  /// @throws JsonException if something is missing or wrong; the message names the place
  static CniNetwork ofPlugin(Path file, JsonObject json) throws JsonException {
    if (json.has("plugins")) {
      throw new JsonException(
          json.locationOf("plugins") + ": a file with a list of plugins is to be named *.conflist");
    }
    List<CniPlugin> plugins = List.of(CniPlugin.of(json));
    return new CniNetwork(file, name(json), versions(json), false, false, plugins);
  }

  /// As it is kept beside a container: so that it can be taken back by what added it, whatever
  /// became of the file.
  JsonObject json() {
    List<JsonObject> configurations = new ArrayList<>();
    for (CniPlugin plugin : plugins) {
      configurations.add(plugin.configuration());
    }
    return new JsonObject()
        .put("name", name)
        .put("cniVersions", new ArrayList<>(versions))
        .put("disableCheck", disableCheck)
        .put("disableGC", disableGc)
        .put("plugins", configurations);
  }

  static String name(JsonObject json) throws JsonException {
    String name = json.string("name");
    if (!isIdentifier(name)) {
      throw new JsonException(
          json.locationOf("name")
              + ": expected letters, digits, '_', '.' and '-' with a letter or digit first, found "
              + name);
    }
    return name;
  }

  /// Whether a text has the form of a network's name and of a container's ID.
  static boolean isIdentifier(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean alphanumeric = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
      if (!alphanumeric && (i == 0 || c != '_' && c != '.' && c != '-')) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /* Versions that are not known here are somebody else's, as long as one is. */
  private static List<String> versions(JsonObject json) throws JsonException {
    List<String> offered = new ArrayList<>(json.strings("cniVersions"));
    if (offered.isEmpty() || json.has("cniVersion")) {
      offered.add(json.string("cniVersion"));
    }
    List<String> versions = new ArrayList<>();
    for (String spoken : CniVersion.SPOKEN.reversed()) {
      if (offered.contains(spoken)) {
        versions.add(spoken);
      }
    }
    if (versions.isEmpty()) {
      throw new JsonException(
          json.locationOf(json.has("cniVersion") ? "cniVersion" : "cniVersions")
              + ": "
              + String.join(", ", offered)
              + " is not spoken here, but "
              + String.join(", ", CniVersion.SPOKEN));
    }
    return versions;
  }

  /// A boolean, which older files also have as text.
  static boolean flag(JsonObject json, String name) throws JsonException {
    if (json.members().get(name) instanceof String text) {
      String lower = text.toLowerCase(Locale.ROOT);
      if (!lower.equals("true") && !lower.equals("false")) {
        throw new JsonException(
            json.locationOf(name) + ": expected true or false, found \"" + text + "\"");
      }
      return lower.equals("true");
    }
    return json.flag(name);
  }
}
