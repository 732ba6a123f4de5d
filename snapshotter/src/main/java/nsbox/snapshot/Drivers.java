package nsbox.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The drivers by name, and which of them a store uses where nobody asks for one.
///
/// That is decided when the folder of the snapshots is made, and kept in its file `driver`: the
/// name, where it is not overlay. So the choice costs a start one look, and does not change with
/// what is mounted later.
public final class Drivers {
  private static final String FILE = "driver";

  private Drivers() {}

  /// The driver that the store was made for.
  public static Driver ofStore(Snapshots snapshots) throws IOException {
    Path file = snapshots.root().resolve(FILE);
    String name;
    try {
      name = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
    } catch (NoSuchFileException e) {
      return new OverlayDriver(snapshots);
    }
    Driver driver = named(name, snapshots);
    if (driver == null) {
      throw new IOException(file + " names no driver that this version knows: " + name);
    }
    return driver;
  }

  /// @param name as users write it; `vfs` is what podman calls copies
  /// @return null if no driver is called so
  public static Driver named(String name, Snapshots snapshots) {
    if (name.equals(OverlayDriver.NAME)) {
      return new OverlayDriver(snapshots);
    }
    return name.equals(CopyDriver.NAME) || name.equals("vfs") ? new CopyDriver(snapshots) : null;
  }

  /* Whoever sees the folder sees the choice in it, as it is filled before it gets its name. Two at
   * once choose alike, and the second finds the name taken. */
  static void createRoot(Path root) throws IOException {
    FileAttribute<Set<PosixFilePermission>> ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    Path parent = root.toAbsolutePath().getParent();
    Files.createDirectories(parent, ownerOnly);
    if (UpperFileSystem.suits(parent)) {
      Files.createDirectories(root, ownerOnly);
      return;
    }
    Path unfinished = parent.resolve("." + root.getFileName() + ".new");
    Files.createDirectories(unfinished, ownerOnly);
    try {
      Files.writeString(unfinished.resolve(FILE), CopyDriver.NAME + "\n");
      Files.move(unfinished, root, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
    }
  }
}
