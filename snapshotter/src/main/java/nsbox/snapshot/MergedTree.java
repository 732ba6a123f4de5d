package nsbox.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Looks into a stack of snapshots as overlayfs would show it, without a mount.
///
/// Links are followed inside of the stack only, whatever they say. It makes no system call from
/// Java, so that a start which reads `/etc/passwd` stays fast. Names that the JVM's character set
/// cannot say are not found. Any thread may use it.
public final class MergedTree {
  private static final int LINK_LIMIT = 40;
  private static final int TYPE_MASK = 0170000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int DIRECTORY = 0040000;
  private static final int REGULAR = 0100000;
  private static final int SYMBOLIC_LINK = 0120000;

  private record Snapshot(Path fs, Set<Name> opaque) {}

  /// A directory of the merged view and the snapshots that add to it, topmost first.
  private record Place(String path, List<Snapshot> snapshots) {}

  /// @param inTree from the root, without links; null for what [#resolve] has not finished with
  private record Found(Path path, int type, String inTree) {
    Found(Path path, int type) {
      this(path, type, null);
    }
  }

  /// What is found under a name.
  public sealed interface Lookup {
    /// A regular file, whole.
    record Content(byte[] bytes) implements Lookup {}

    /// No such file.
    record Absent() implements Lookup {}

    /// Something that is not read, and why: "is not a regular file".
    record Refused(String reason) implements Lookup {}
  }

  private final List<Snapshot> snapshots = new ArrayList<>();

  private MergedTree() {}

  /// @param snapshots topmost first: directories that hold `fs`
  static MergedTree of(List<Path> snapshots) throws IOException {
    MergedTree tree = new MergedTree();
    for (Path snapshot : snapshots) {
      Set<Name> opaque = OpaqueDirectories.read(snapshot);
      tree.snapshots.add(new Snapshot(snapshot.resolve("fs"), opaque));
      if (opaque.contains(new Name(BytePath.ROOT))) {
        break;
      }
    }
    return tree;
  }

  /// Reads a regular file. It never waits: FIFOs and devices are not opened.
  ///
  /// @param path from the root of the stack, with or without a leading `/`
  public Lookup read(String path, int limitBytes) throws IOException {
    Found found;
    try {
      found = resolve(path);
    } catch (InvalidPathException e) {
      return new Lookup.Absent();
    }
    if (found == null) {
      return new Lookup.Absent();
    }
    if (found.type == SYMBOLIC_LINK) {
      return new Lookup.Refused("leads through more than " + LINK_LIMIT + " symbolic links");
    }
    if (found.type != REGULAR) {
      return new Lookup.Refused("is not a regular file");
    }
    try (InputStream in = Files.newInputStream(found.path, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(limitBytes + 1);
      return bytes.length > limitBytes
          ? new Lookup.Refused("is larger than " + limitBytes + " bytes")
          : new Lookup.Content(bytes);
    }
  }

  /// Where a path leads, without links: empty for the root itself.
  ///
  /// @param path from the root of the stack, with or without a leading `/`
  /// @return nothing where there is no such file or directory
  public Optional<String> canonical(String path) throws IOException {
    try {
      Found found = resolve(path);
      return found == null || found.type == SYMBOLIC_LINK
          ? Optional.empty()
          : Optional.of(found.inTree);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private Found resolve(String path) throws IOException {
    Deque<String> rest = new ArrayDeque<>(Arrays.asList(path.split("/")));
    Deque<Place> places = new ArrayDeque<>();
    places.push(new Place("", snapshots));
    Found found = new Found(null, DIRECTORY);
    int links = 0;
    while (!rest.isEmpty()) {
      String name = rest.pop();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        if (places.size() > 1) {
          places.pop();
        }
        found = new Found(null, DIRECTORY);
        continue;
      }
      Place at = places.peek();
      found = find(at, name);
      if (found == null) {
        return null;
      } else if (found.type == SYMBOLIC_LINK) {
        if (++links > LINK_LIMIT) {
          return found;
        }
        follow(Files.readSymbolicLink(found.path).toString(), rest, places);
        found = new Found(null, DIRECTORY);
      } else if (found.type == DIRECTORY) {
        places.push(enter(at, name));
      } else if (!rest.isEmpty()) {
        return null;
      } else {
        String folder = places.peek().path;
        return new Found(found.path, found.type, folder.isEmpty() ? name : folder + "/" + name);
      }
    }
    return new Found(found.path, found.type, places.peek().path);
  }

  private static void follow(String target, Deque<String> rest, Deque<Place> places) {
    if (target.startsWith("/")) {
      while (places.size() > 1) {
        places.pop();
      }
    }
    Arrays.asList(target.split("/")).reversed().forEach(rest::push);
  }

  private static Found find(Place at, String name) throws IOException {
    for (Snapshot snapshot : at.snapshots) {
      Path path = snapshot.fs.resolve(at.path).resolve(name);
      Map<String, Object> attributes = attributes(path);
      if (attributes != null) {
        int type = (int) attributes.get("mode") & TYPE_MASK;
        boolean whiteout = type == CHARACTER_DEVICE && (long) attributes.get("rdev") == 0;
        return whiteout ? null : new Found(path, type);
      }
    }
    return null;
  }

  private static Place enter(Place at, String name) throws IOException {
    String path = at.path.isEmpty() ? name : at.path + "/" + name;
    List<Snapshot> merged = new ArrayList<>();
    for (Snapshot snapshot : at.snapshots) {
      Map<String, Object> attributes = attributes(snapshot.fs.resolve(path));
      if (attributes == null) {
        continue;
      }
      if (((int) attributes.get("mode") & TYPE_MASK) != DIRECTORY) {
        break;
      }
      merged.add(snapshot);
      if (snapshot.opaque.contains(new Name(path.getBytes(StandardCharsets.UTF_8)))) {
        break;
      }
    }
    return new Place(path, merged);
  }

  private static Map<String, Object> attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, "unix:mode,rdev", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
