package nsbox.registry.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// One change of a file of credentials, alone among all that nsbox makes.
///
/// The file is replaced whole by a rename, with mode 0600 and the owner that it had; where a link
/// leads to it, the link stays. The lock is on a file beside it, which stays too: removing it would
/// let a third process in.
final class AuthFileEdit implements AutoCloseable {
  private static final ReentrantLock IN_PROCESS = new ReentrantLock();
  private static final int MAX_LINKS = 10;
  private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> FOLDER_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path target;
  private final FileChannel lock;
  private final AuthFile file;

  private AuthFileEdit(Path target, FileChannel lock, AuthFile file) {
    this.target = target;
    this.lock = lock;
    this.file = file;
  }

  /// Waits for its turn and reads the file; one that is not there is empty.
  static AuthFileEdit begin(Path path) throws IOException {
    Path target = behindLinks(path);
    Files.createDirectories(target.getParent(), FOLDER_MODE);
    IN_PROCESS.lock();
    FileChannel lock = null;
    try {
      lock =
          FileChannel.open(
              target.resolveSibling(target.getFileName() + ".lock"),
              Set.of(
                  StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS),
              FILE_MODE);
      lock.lock();
      Optional<AuthFile> read = AuthFile.read(target, false);
      AuthFile file =
          read.isPresent()
              ? read.get()
              : new AuthFile(target, new byte[0], new JsonObject(), false);
      return new AuthFileEdit(target, lock, file);
    } catch (IOException | RuntimeException e) {
      if (lock != null) {
        lock.close();
      }
      IN_PROCESS.unlock();
      throw e;
    }
  }

  /// The file, to be changed through its objects.
  AuthFile file() {
    return file;
  }

  /// Writes the changes: whole and forced to disk, or not at all.
  void commit() throws IOException {
    byte[] text = (Json.prettyText(file.root()) + "\n").getBytes(StandardCharsets.UTF_8);
    Path fresh =
        target.resolveSibling(target.getFileName() + ".new-" + ProcessHandle.current().pid());
    Files.deleteIfExists(fresh);
    try {
      try (FileChannel channel =
          FileChannel.open(
              fresh, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), FILE_MODE)) {
        ByteBuffer buffer = ByteBuffer.wrap(text);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      keepOwner(fresh);
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
    try (FileChannel folder = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      lock.close();
    } finally {
      IN_PROCESS.unlock();
    }
  }

  /* With sudo, HOME may be another user's, who must be able to read the file afterwards. */
  private void keepOwner(Path fresh) throws IOException {
    Path like = Files.exists(target) ? target : target.getParent();
    Object user = Files.getAttribute(like, "unix:uid");
    Object group = Files.getAttribute(like, "unix:gid");
    if (!user.equals(Files.getAttribute(fresh, "unix:uid"))) {
      Files.setAttribute(fresh, "unix:uid", user);
      Files.setAttribute(fresh, "unix:gid", group);
    }
  }

  private static Path behindLinks(Path path) throws IOException {
    Path target = path.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      if (links == MAX_LINKS) {
        throw new InvalidConfigurationException(Places.at(path), "is a link that leads nowhere");
      }
      target = target.resolveSibling(Files.readSymbolicLink(target)).normalize();
    }
    return target;
  }
}
