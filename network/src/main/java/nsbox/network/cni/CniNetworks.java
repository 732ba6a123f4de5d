package nsbox.network.cni;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// The networks that are configured in a folder, one a file: `*.conflist` first, then the older
/// `*.conf` and `*.json`, each by name. Of two networks of one name the first counts.
///
/// Unless a list has `loadOnlyInlinedPlugins`, the plugins in `<folder>/<network>/*.conf` come
/// after its own.
public final class CniNetworks {
  /// Where a host's networks are configured.
  public static final Path DEFAULT_FOLDER = Path.of("/etc/cni/net.d");

  /// The variable that names another folder, as `cnitool` and `nerdctl` have it.
  public static final String VARIABLE = "NETCONFPATH";

  private final Path folder;

  /// @param folder may be missing
  public CniNetworks(Path folder) {
    this.folder = folder;
  }

  /// The folder that this environment asks for.
  public static CniNetworks of(Map<String, String> environment) {
    String folder = environment.getOrDefault(VARIABLE, "");
    return new CniNetworks(folder.isEmpty() ? DEFAULT_FOLDER : Path.of(folder));
  }

  public Path folder() {
    return folder;
  }

  /// All networks there are, and what is wrong with the files that do not say one.
  ///
  /// @param networks in the order of their files
  public record Listing(List<CniNetwork> networks, List<CniException> failures) {}

  /// @throws IOException if the folder cannot be read
  public Listing list() throws IOException {
    List<CniNetwork> networks = new ArrayList<>();
    List<CniException> failures = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Path file : files()) {
      try {
        CniNetwork network = network(file, json(file));
        if (names.add(network.name())) {
          networks.add(network);
        }
      } catch (CniException e) {
        failures.add(e);
      }
    }
    return new Listing(networks, failures);
  }

  /// Looks for the network of this name. Files of other networks may be wrong.
  ///
  /// @throws CniException if its file is wrong, or if there is none and a wrong file may be its
  /// @throws IOException if the folder cannot be read
  public Optional<CniNetwork> find(String name) throws IOException {
    CniException failure = null;
    for (Path file : files()) {
      JsonObject json;
      try {
        json = json(file);
      } catch (CniException e) {
        failure = failure == null ? e : failure;
        continue;
      }
      if (name.equals(json.members().get("name"))) {
        return Optional.of(network(file, json));
      }
    }
    if (failure != null) {
      throw new CniException(
          "network "
              + name
              + " not found, unless it is in a file that is wrong\n  "
              + failure.getMessage(),
          failure);
    }
    return Optional.empty();
  }

  private List<Path> files() throws IOException {
    List<Path> lists = sorted(folder, "conflist", "conflist");
    lists.addAll(sorted(folder, "conf", "json"));
    return lists;
  }

  private static List<Path> sorted(Path folder, String ending, String other) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream =
        Files.newDirectoryStream(folder, "*.{" + ending + "," + other + "}")) {
      for (Path file : stream) {
        if (!Files.isDirectory(file)) {
          files.add(file);
        }
      }
    } catch (NoSuchFileException e) {
      return files; // nobody has configured any
    }
    Collections.sort(files);
    return files;
  }

  private CniNetwork network(Path file, JsonObject json) throws CniException {
    try {
      if (!file.toString().endsWith(".conflist")) {
        return CniNetwork.ofPlugin(file, json);
      }
      List<CniPlugin> more = new ArrayList<>();
      if (!CniNetwork.flag(json, "loadOnlyInlinedPlugins")) {
        for (Path plugin : sorted(folder.resolve(CniNetwork.name(json)), "conf", "conf")) {
          more.add(CniPlugin.of(json(plugin)));
        }
      }
      return CniNetwork.of(file, json, more);
    } catch (JsonException e) {
      throw wrong(e);
    } catch (CniException e) {
      throw e;
    } catch (IOException e) {
      throw new CniException("cannot read the plugins of " + file + ": " + e.getMessage(), e);
    }
  }

  private static JsonObject json(Path file) throws CniException {
    try {
      return Json.parse(Files.readAllBytes(file), file.toString());
    } catch (JsonException e) {
      throw wrong(e);
    } catch (IOException e) {
      throw new CniException("cannot read " + file + ": " + e, e);
    }
  }

  /* The message of the cause names the file. */
  private static CniException wrong(JsonException e) {
    return new CniException("CNI network configuration " + e.getMessage(), e);
  }
}
