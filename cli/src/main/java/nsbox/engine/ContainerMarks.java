package nsbox.engine;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import nsbox.bundle.options.ContainerOptions;
import nsbox.bundle.options.FileOptions;

/// The files by which programs know that they run in a container: docker's `/.dockerenv` and
/// podman's `/run/.containerenv`, both empty.
///
/// All containers share one layer that has them, below those of the image. So the image decides
/// over what it brings along itself, be it a `/run` that is a link; nothing of them is among a
/// container's changes; and a start does no more than to name one layer more.
final class ContainerMarks {
  /// Where the mark must be one of the container's own.
  static final String OWN = "/run/.containerenv";

  /// Its name in the container's folder.
  static final String OWN_FILE = "containerenv";

  private static final String FOLDER = "marks";
  private static final List<String> FILES = List.of(".dockerenv", "run/.containerenv");

  private ContainerMarks() {}

  static Path layer(StateRoots roots) {
    return roots.root().resolve(FOLDER);
  }

  /// Whether the layer is there: containers of older versions may be older than it.
  static boolean isThere(Path layer) {
    return new File(layer.toString()).exists();
  }

  /// Makes the layer where it is missing. Whoever sees it sees all of it.
  static void prepare(StateRoots roots) throws IOException {
    Path layer = layer(roots);
    if (isThere(layer)) {
      return;
    }
    Path unfinished = roots.root().resolve("." + FOLDER + "-" + ProcessHandle.current().pid());
    Files.createDirectories(unfinished);
    Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
    addTo(unfinished);
    try {
      Files.move(unfinished, layer, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      for (String file : FILES) {
        Files.delete(unfinished.resolve(file));
      }
      Files.delete(unfinished.resolve("run"));
      Files.delete(unfinished);
      if (!isThere(layer)) {
        throw e;
      }
    }
  }

  /// Makes them in a root file system that is a container's own copy. Nothing there is followed or
  /// replaced.
  static void addTo(Path root) throws IOException {
    for (String name : FILES) {
      Path file = root.resolve(name);
      Path folder = file.getParent();
      if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        try {
          Files.createFile(file);
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (FileAlreadyExistsException e) {
          // The image's own.
        }
      }
    }
  }

  /// Whether the container needs a mark of its own: one that may know everything about itself is
  /// told who it is, and an empty `/run` in memory hides what lies below.
  static boolean needsOwn(ContainerOptions options) {
    boolean needs = options.security().privileged();
    for (FileOptions.Mount mount : options.files().mounts()) {
      if (mount.destination().equals(OWN)) {
        return false;
      }
      if (mount.destination().equals("/run")) {
        /* Whatever else is shown there is somebody's, and nothing is written to it. */
        if (!mount.type().equals("tmpfs")) {
          return false;
        }
        needs = true;
      }
    }
    return needs;
  }

  /// What stands in a mark of the container's own.
  static String text(ContainerRecord record, boolean privileged) {
    return privileged
        ? "engine=\"nsbox\"\nname=\""
            + record.name()
            + "\"\nid=\""
            + record.id()
            + "\"\nimage=\""
            + record.image()
            + "\"\nimageid=\""
            + record.imageId()
            + "\"\nrootless=0\n"
        : "";
  }
}
