package nsbox.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import nsbox.bundle.options.NamespaceOptions.IdRange;
import nsbox.json.JsonObject;

/// Ids of the host's for user namespaces, which no two containers share.
///
/// They are picked from those that `/etc/subuid` and `/etc/subgid` give to the user `containers`,
/// as podman does, and where there is no such user from those that podman advises to give it. What
/// is taken, the containers' own configurations say; so picking needs a lock until the container is
/// there.
public final class FreeIds implements AutoCloseable {
  static final IdRange USUAL = new IdRange(0, 2_147_483_647L, 2_147_483_648L);
  private static final String OWNER = "containers";

  private final Containers containers;
  private final Path etc;
  private final FileChannel lock;

  private FreeIds(Containers containers, Path etc, FileChannel lock) {
    this.containers = containers;
    this.etc = etc;
    this.lock = lock;
  }

  /// Waits until nobody else picks; until this is closed nobody else does.
  public static FreeIds lock(Containers containers) throws IOException {
    return lock(containers, Path.of("/etc"));
  }

  static FreeIds lock(Containers containers, Path etc) throws IOException {
    FileChannel lock =
        FileChannel.open(
            containers.roots().root().resolve("ids.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    try {
      lock.lock();
    } catch (IOException e) {
      lock.close();
      throw e;
    }
    return new FreeIds(containers, etc, lock);
  }

  /// The lowest ids in a row, from the container's 0 on.
  ///
  /// @throws IOException if there are no `size` free ones in a row
  public IdRange pick(long size) throws IOException {
    List<IdRange> taken = taken();
    for (IdRange given : given()) {
      long from = given.host();
      for (IdRange other : taken) {
        if (other.host() < from + size && from < other.host() + other.size()) {
          from = other.host() + other.size();
        }
      }
      if (from + size <= given.host() + given.size()) {
        return new IdRange(0, from, size);
      }
    }
    throw new IOException(
        "no "
            + size
            + " ids in a row are free for a user namespace: "
            + etc.resolve("subuid")
            + " and subgid give them to the user "
            + OWNER
            + ", and other containers have the rest");
  }

  /* In order. */
  private List<IdRange> taken() throws IOException {
    List<IdRange> taken = new ArrayList<>();
    for (ContainerFolder folder : containers.list()) {
      JsonObject config;
      try {
        config = folder.config();
      } catch (NoSuchFileException | DamagedContainerException e) {
        continue; // just removed; or it runs no more than that
      }
      JsonObject linux = config.optionalObject("linux").orElse(new JsonObject());
      for (String kind : List.of("uidMappings", "gidMappings")) {
        for (JsonObject map : linux.objects(kind)) {
          taken.add(new IdRange(0, map.number("hostID"), map.number("size")));
        }
      }
    }
    taken.sort(Comparator.comparingLong(IdRange::host));
    return taken;
  }

  private List<IdRange> given() throws IOException {
    List<IdRange> users = given("subuid");
    List<IdRange> groups = given("subgid");
    if (users.isEmpty() && groups.isEmpty()) {
      return List.of(USUAL);
    }
    List<IdRange> both = new ArrayList<>();
    for (IdRange user : users) {
      for (IdRange group : groups) {
        long from = Math.max(user.host(), group.host());
        long to = Math.min(user.host() + user.size(), group.host() + group.size());
        if (from < to) {
          both.add(new IdRange(0, from, to - from));
        }
      }
    }
    return both;
  }

  private List<IdRange> given(String file) throws IOException {
    List<IdRange> given = new ArrayList<>();
    List<String> lines;
    try {
      lines = Files.readAllLines(etc.resolve(file));
    } catch (NoSuchFileException e) {
      return given;
    }
    for (String line : lines) {
      String[] fields = line.strip().split(":");
      if (fields.length != 3 || !fields[0].equals(OWNER)) {
        continue;
      }
      try {
        given.add(new IdRange(0, Long.parseLong(fields[1]), Long.parseLong(fields[2])));
      } catch (NumberFormatException e) {
        throw new IOException(etc.resolve(file) + ": no range of ids: " + line, e);
      }
    }
    return given;
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
