package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// The two folders that hold everything nsbox remembers.
///
/// @param root what outlives a reboot: images, snapshots, containers
/// @param run what does not: one folder for each container that is being made, runs or ends
public record StateRoots(Path root, Path run) {

  public Path containers() {
    return root.resolve("containers");
  }

  public Path names() {
    return root.resolve("names");
  }

  public Path volumes() {
    return root.resolve("volumes");
  }

  public Path snapshots() {
    return root.resolve("snapshots");
  }

  /// Makes the folders where they are missing, closed to everybody else.
  public void create() throws IOException {
    for (Path folder : new Path[] {root, run, containers(), names()}) {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
    }
  }
}
