package nsbox.registry.config;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// What docker's `daemon.json` says about registries.
///
/// @param mirrors of docker.io, in their order
/// @param insecure hosts, and blocks of addresses as `10.0.0.0/8`
/// @spec https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
record DaemonJson(List<Mirror> mirrors, List<Insecure> insecure) {

  /// @param basePath what comes before the repository
  record Mirror(String host, String basePath, boolean http, Origin origin) {}

  record Insecure(String hostOrBlock, Origin origin) {}

  static DaemonJson load(Places places) throws IOException {
    Path file = places.system("etc/docker/daemon.json");
    Optional<byte[]> bytes = Places.read(file);
    List<Mirror> mirrors = new ArrayList<>();
    List<Insecure> insecure = new ArrayList<>();
    if (bytes.isEmpty() || new String(bytes.get(), StandardCharsets.UTF_8).isBlank()) {
      return new DaemonJson(mirrors, insecure);
    }
    JsonObject root = parse(file, bytes.get());
    for (String text : strings(file, bytes.get(), root, "registry-mirrors")) {
      mirrors.add(mirror(text, line(file, bytes.get(), "registry-mirrors", mirrors.size())));
    }
    for (String text : strings(file, bytes.get(), root, "insecure-registries")) {
      Origin origin = line(file, bytes.get(), "insecure-registries", insecure.size());
      /* Docker takes a scheme here as a mistake that it forgives. */
      insecure.add(new Insecure(text.replaceFirst("^https?://", ""), origin));
    }
    return new DaemonJson(mirrors, insecure);
  }

  /// The entry that makes a host insecure, if one does.
  ///
  /// @param host with its port
  Optional<Insecure> insecure(String host) {
    for (Insecure entry : insecure) {
      boolean meant =
          entry.hostOrBlock.indexOf('/') >= 0
              ? AddressBlock.parse(entry.hostOrBlock).filter(b -> b.holds(host)).isPresent()
              : entry.hostOrBlock.equals(host);
      if (meant) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  private static JsonObject parse(Path file, byte[] bytes) throws InvalidConfigurationException {
    try {
      return Json.parse(bytes, "");
    } catch (JsonException e) {
      throw new InvalidConfigurationException(Places.at(file, e.line()), "not a JSON object", e);
    }
  }

  private static List<String> strings(Path file, byte[] bytes, JsonObject root, String key)
      throws InvalidConfigurationException {
    try {
      return root.strings(key);
    } catch (JsonException e) {
      throw new InvalidConfigurationException(
          Places.at(file, Json.lineOf(bytes, key)), key + ": expected a list of strings", e);
    }
  }

  private static Origin line(Path file, byte[] bytes, String key, int index) {
    return Places.at(file, Json.lineOf(bytes, key, Integer.toString(index)));
  }

  private static Mirror mirror(String text, Origin origin) throws InvalidConfigurationException {
    try {
      URI uri = new URI(text);
      boolean http = "http".equals(uri.getScheme());
      if ((http || "https".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        String path = uri.getRawPath().replaceFirst("/+$", "");
        return new Mirror(uri.getRawAuthority(), path + "/v2", http, origin);
      }
    } catch (URISyntaxException e) {
      throw new InvalidConfigurationException(origin, "registry-mirrors: not a URL", e);
    }
    throw new InvalidConfigurationException(
        origin, "registry-mirrors: expected http:// or https://, a host, and nothing but a path");
  }
}
