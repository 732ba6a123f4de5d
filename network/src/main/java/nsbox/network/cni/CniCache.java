package nsbox.network.cni;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// What is known of the networks that one container was added to: a file `<interface>.json` each.
///
/// A file is there before the first plugin is called, so that whatever one made is found again.
///
/// @param folder made when it is needed
record CniCache(Path folder) {
  private static final String ENDING = ".json";

  /// @param version of the protocol that was agreed upon
  /// @param result of the plugins that have succeeded so far
  record Entry(
      CniNetwork network, CniAttachment attachment, String version, Optional<CniResult> result) {
    Entry with(CniResult made) {
      return new Entry(network, attachment, version, Optional.of(made));
    }
  }

  void write(Entry entry) throws IOException {
    JsonObject json =
        new JsonObject()
            .put("file", entry.network().file().toString())
            .put("network", entry.network().json())
            .put("attachment", entry.attachment().json())
            .put("version", entry.version());
    if (entry.result().isPresent()) {
      json.put("result", entry.result().get().json());
    }
    Files.createDirectories(folder);
    Path file = file(entry.attachment().interfaceName());
    Path next = folder.resolve(file.getFileName() + ".new");
    Files.write(next, Json.bytes(json));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  boolean has(String interfaceName) {
    return Files.exists(file(interfaceName));
  }

  void remove(Entry entry) throws IOException {
    Files.deleteIfExists(file(entry.attachment().interfaceName()));
  }

  /// All of them: `eth2` before `eth10`.
  List<Entry> all() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, "*" + ENDING)) {
      for (Path file : stream) {
        files.add(file);
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    files.sort(
        Comparator.comparing((Path file) -> file.toString().length())
            .thenComparing(Path::toString));
    List<Entry> entries = new ArrayList<>();
    for (Path file : files) {
      entries.add(read(file));
    }
    return entries;
  }

  private static Entry read(Path file) throws IOException {
    JsonObject json = Json.parse(Files.readAllBytes(file), file.toString());
    Optional<JsonObject> result = json.optionalObject("result");
    try {
      return new Entry(
          CniNetwork.of(Path.of(json.string("file")), json.object("network"), List.of()),
          CniAttachment.of(json.object("attachment")),
          json.string("version"),
          result.isPresent() ? Optional.of(CniResult.of(result.get())) : Optional.empty());
    } catch (IllegalArgumentException e) {
      throw new JsonException(file + ": " + e.getMessage(), e);
    }
  }

  Path file(String interfaceName) {
    return folder.resolve(interfaceName + ENDING);
  }
}
