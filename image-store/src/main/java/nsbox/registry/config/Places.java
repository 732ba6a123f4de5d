package nsbox.registry.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.Json;

/// Where the files lie, and how they are read: whole, bounded, and absent without complaint.
final class Places {
  private final Surroundings surroundings;

  Places(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// A variable of the user's; an empty one counts as none.
  Optional<String> variable(String name) {
    return Optional.ofNullable(surroundings.environment().get(name)).filter(v -> !v.isEmpty());
  }

  /// A path that a variable holds, relative to where the user is.
  Optional<Path> variablePath(String name) {
    return variable(name).map(surroundings.cwd()::resolve);
  }

  /// @param path without the first slash: `etc/containers`
  Path system(String path) {
    return surroundings.systemRoot().resolve(path);
  }

  /// A path below the user's home; empty if there is no `HOME`.
  Optional<Path> home(String path) {
    return variablePath("HOME").map(home -> home.resolve(path));
  }

  /// `$XDG_CONFIG_HOME/containers`, as a rule `~/.config/containers`.
  Optional<Path> containersConfig(String file) {
    Optional<Path> xdg = variablePath("XDG_CONFIG_HOME");
    return xdg.isPresent()
        ? xdg.map(folder -> folder.resolve("containers").resolve(file))
        : home(".config/containers/" + file);
  }

  /// Docker's own file of credentials; empty if there is neither `DOCKER_CONFIG` nor `HOME`.
  Optional<Path> dockerConfig() {
    Optional<Path> folder = variablePath("DOCKER_CONFIG");
    return folder.isPresent()
        ? folder.map(path -> path.resolve("config.json"))
        : home(".docker/config.json");
  }

  /// Reads a file whole; empty if there is none.
  ///
  /// @throws InvalidConfigurationException if it is longer than any configuration is
  static Optional<byte[]> read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new InvalidConfigurationException(at(file), "is a folder, expected a file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(Json.MAX_BYTES + 1);
      if (bytes.length > Json.MAX_BYTES) {
        throw new InvalidConfigurationException(
            at(file), "longer than " + Json.MAX_BYTES + " bytes");
      }
      return Optional.of(bytes);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      /* A file where a folder of the path should be: not there, too. */
      if (!Files.exists(file) && !Files.isDirectory(file.getParent())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// The files of a folder with a name that ends so, in the order of their names; none if there is
  /// no such folder.
  static List<Path> list(Path folder, String ending) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (entry.getFileName().toString().endsWith(ending) && !Files.isDirectory(entry)) {
          files.add(entry);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
    files.sort(null);
    return files;
  }

  static Origin at(Path file) {
    return at(file, 0);
  }

  static Origin at(Path file, int line) {
    return new Origin(file.toString(), line);
  }
}
