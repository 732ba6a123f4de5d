package nsbox.runtime.state;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where an OCI runtime keeps its containers: a folder each, under the container's ID.
///
/// All that is in it goes with a reboot, as the containers do.
public record RuntimeRoot(Path path) {
  private static final int ID_LENGTH = 1024;

  /// @throws IOException if it is none: an ID becomes a folder's name here and a cgroup's there
  public static void checkId(String id) throws IOException {
    if (!Identifiers.isValid(id, ID_LENGTH, "_.-+")) {
      throw new IOException(
          "invalid container ID format: "
              + id
              + "\n  Letters, digits, '_', '+', '-' and '.' are allowed, and a letter or digit first.");
    }
  }

  /// Takes an ID; from here on the caller answers for its folder.
  ///
  /// @throws IOException if a container has it already
  public StateFolder claim(String id) throws IOException {
    checkId(id);
    Files.createDirectories(path, mode("rwx--x--x"));
    StateFolder folder = new StateFolder(path.resolve(id));
    try {
      Files.createDirectory(folder.path(), mode("rwx--x--x"));
    } catch (FileAlreadyExistsException e) {
      throw new IOException("container with id " + id + " already exists", e);
    }
    return folder;
  }

  private static java.nio.file.attribute.FileAttribute<?> mode(String text) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
  }

  /// The folder of a container that is there.
  public Optional<StateFolder> find(String id) throws IOException {
    checkId(id);
    StateFolder folder = new StateFolder(path.resolve(id));
    return Files.isDirectory(folder.path()) ? Optional.of(folder) : Optional.empty();
  }

  /// All containers, by ID.
  public List<StateFolder> all() throws IOException {
    List<StateFolder> folders = new ArrayList<>();
    if (!Files.isDirectory(path)) {
      return folders;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry)) {
          folders.add(new StateFolder(entry));
        }
      }
    }
    folders.sort((a, b) -> a.id().compareTo(b.id()));
    return folders;
  }
}
