package nsbox.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.state.Identifiers;

/// All secrets of a root, a file each that nobody but root may read: one line about the secret,
/// then its content.
///
/// A secret is there when its file has its name. To create it is one link, to replace it one
/// rename: so who reads finds the old content or the new one, whatever was killed meanwhile.
public final class Secrets {
  /// As podman's.
  public static final int MOST_BYTES = 512_000;

  private static final int NAME_LENGTH = 253;
  private static final int ID_LENGTH = 25;
  private static final String NEW = ".new-";

  private final Path folder;

  public Secrets(StateRoots roots) {
    this.folder = roots.root().resolve("secrets");
  }

  /// Whether a secret may have this name: it becomes a file's.
  public static boolean isName(String name) {
    return Identifiers.isValid(name, NAME_LENGTH, "_.-");
  }

  public Optional<Secret> find(String name) throws IOException {
    if (!isName(name)) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse(name, Files.readAllBytes(folder.resolve(name))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /// By name.
  public List<Secret> list() throws IOException {
    List<String> names = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
        for (Path entry : entries) {
          names.add(entry.getFileName().toString());
        }
      }
    }
    names.sort(null);
    List<Secret> secrets = new ArrayList<>();
    for (String name : names) {
      Optional<Secret> secret = find(name);
      if (secret.isPresent()) {
        secrets.add(secret.get());
      }
    }
    return secrets;
  }

  /// Its content as it is now.
  ///
  /// @return empty if there is no such secret any more
  public Optional<byte[]> content(String name) throws IOException {
    try {
      byte[] file = Files.readAllBytes(folder.resolve(name));
      return Optional.of(Arrays.copyOfRange(file, lineEnd(name, file) + 1, file.length));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /// Makes a secret, or gives the one of that name another content and other labels.
  ///
  /// @return empty if there is one and it is not to be replaced
  public Optional<Secret> create(
      String name, byte[] content, Map<String, String> labels, boolean replaces)
      throws IOException {
    Files.createDirectories(folder, mode("rwx------"));
    Optional<Secret> old = find(name);
    Instant now = Instant.now();
    long nanos = now.getEpochSecond() * 1_000_000_000 + now.getNano();
    JsonObject labelled = new JsonObject();
    labels.forEach(labelled::put);
    JsonObject json =
        new JsonObject()
            .put(
                "id", old.isPresent() ? old.get().id() : Containers.newId().substring(0, ID_LENGTH))
            .put("name", name)
            .put("labels", labelled)
            .put("createdNanos", old.isPresent() ? old.get().createdNanos() : nanos)
            .put("updatedNanos", nanos);
    Path unfinished = folder.resolve(NEW + ProcessHandle.current().pid());
    Files.deleteIfExists(unfinished);
    write(unfinished, Json.bytes(json), content);
    try {
      if (replaces) {
        Files.move(
            unfinished,
            folder.resolve(name),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } else {
        Files.createLink(folder.resolve(name), unfinished);
      }
    } catch (FileAlreadyExistsException e) {
      return Optional.empty();
    } finally {
      Files.deleteIfExists(unfinished);
    }
    return Optional.of(new Secret(json));
  }

  /// @return false if it is gone already
  public boolean remove(Secret secret) throws IOException {
    return Files.deleteIfExists(folder.resolve(secret.name()));
  }

  private static void write(Path file, byte[] line, byte[] content) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(line.length + 1 + content.length);
    bytes.put(line).put((byte) '\n').put(content).flip();
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            mode("rw-------"))) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(false);
    }
  }

  private Secret parse(String name, byte[] file) throws IOException {
    byte[] line = Arrays.copyOf(file, lineEnd(name, file));
    return new Secret(Json.parse(line, folder.resolve(name).toString()));
  }

  private int lineEnd(String name, byte[] file) throws IOException {
    for (int i = 0; i < file.length; i++) {
      if (file[i] == '\n') {
        return i;
      }
    }
    throw new IOException(folder.resolve(name) + " is damaged: it has no first line");
  }

  private static FileAttribute<?> mode(String text) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
  }

  /// As a variable's value.
  static String text(byte[] content) {
    return new String(content, StandardCharsets.UTF_8);
  }
}
