package nsbox.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.OpenFlag;
import nsbox.linux.Stat;

/// What the upper directory of an overlay changes of the layers below, as docker's `diff` has it.
///
/// All directories above what was added or deleted are changed too.
public final class TreeChanges implements AutoCloseable {
  private final OverlayAttributes attributes;
  private final Fd upper;
  private final Set<String> unasked;
  private final List<Fd> lowers = new ArrayList<>();
  private final TreeMap<String, Kind> changes = new TreeMap<>();

  /// In docker's letters.
  public enum Kind {
    A,
    C,
    D
  }

  /// @param path absolute, in the tree; bytes that are not UTF-8 are replaced
  public record Change(Kind kind, String path) {}

  private TreeChanges(Path upper, boolean userAttributes, Set<String> unasked)
      throws LinuxException {
    this.unasked = unasked;
    this.attributes = new OverlayAttributes(userAttributes);
    this.upper = open(upper);
  }

  /// @param lowers topmost first
  /// @param userAttributes whether overlayfs keeps its books in `user.` attributes
  /// @param unasked paths of which nothing is told, nor that their directories changed by them
  /// @return ordered by path
  public static List<Change> of(
      Path upper, List<Path> lowers, boolean userAttributes, Set<String> unasked)
      throws IOException {
    try (TreeChanges tree = new TreeChanges(upper, userAttributes, unasked)) {
      for (Path lower : lowers) {
        tree.lowers.add(open(lower));
      }
      tree.walk(BytePath.ROOT, tree.lowers);
      List<Change> found = new ArrayList<>();
      tree.changes.forEach((path, kind) -> found.add(new Change(kind, path)));
      return found;
    }
  }

  private static Fd open(Path directory) throws LinuxException {
    byte[] path = directory.toString().getBytes(StandardCharsets.UTF_8);
    return Linux.openat2(Fd.NONE, path, OpenFlag.PATH | OpenFlag.DIRECTORY, 0, 0);
  }

  /* Of the layers only those that add to this directory. Gives whether something is left out. */
  private boolean walk(byte[] path, List<Fd> below) throws IOException {
    List<byte[]> names;
    boolean opaque;
    try (Fd directory = Names.openDirectory(upper, path)) {
      names = Linux.names(directory);
      opaque = attributes.isOpaque(directory, path);
    }
    List<Fd> merged = opaque ? List.of() : below;
    Set<Name> own = new HashSet<>();
    boolean leftOut = false;
    for (byte[] name : names) {
      own.add(new Name(name));
      byte[] child = BytePath.join(path, name);
      leftOut |= unasked.contains(text(child));
      entry(path, child, merged);
    }
    if (opaque) {
      for (Name name : namesIn(path, below)) {
        if (!own.contains(name)) {
          deleted(path, BytePath.join(path, name.bytes()));
        }
      }
    }
    return leftOut;
  }

  private void entry(byte[] directory, byte[] path, List<Fd> below) throws IOException {
    Stat stat = Linux.lstatat(upper, path);
    Stat before = lookup(path, below);
    if (stat == null) {
      return; // gone meanwhile
    }
    boolean told = !unasked.contains(text(path));
    if (stat.isWhiteout()) {
      if (before != null && told) {
        deleted(directory, path);
      }
      return;
    }
    if (before == null && told) {
      changes.put(text(path), Kind.A);
      changed(directory);
    }
    boolean leftOut = false;
    if (stat.isDirectory()) {
      boolean merges = before != null && before.isDirectory();
      leftOut = walk(path, merges ? contributing(path, below) : List.of());
    }
    if (before != null && told && (!stat.isDirectory() || !isSame(stat, before, leftOut))) {
      changes.put(text(path), Kind.C);
    }
  }

  private void deleted(byte[] directory, byte[] path) {
    changes.put(text(path), Kind.D);
    changed(directory);
  }

  private void changed(byte[] directory) {
    for (byte[] at = directory; at.length > 0; at = Arrays.copyOf(at, parentLength(at))) {
      changes.putIfAbsent(text(at), Kind.C);
    }
  }

  private static int parentLength(byte[] path) {
    return Math.max(0, BytePath.lastSlash(path));
  }

  /* What is left out has changed the time as well. */
  private static boolean isSame(Stat one, Stat other, boolean atAnyTime) {
    return other.isDirectory()
        && one.permissions() == other.permissions()
        && one.uid() == other.uid()
        && one.gid() == other.gid()
        && (atAnyTime
            || one.modified().seconds() == other.modified().seconds()
                && one.modified().nanos() == other.modified().nanos());
  }

  private static Stat lookup(byte[] path, List<Fd> below) throws LinuxException {
    for (Fd lower : below) {
      Stat stat = Linux.lstatat(lower, path);
      if (stat != null) {
        return stat.isWhiteout() ? null : stat;
      }
    }
    return null;
  }

  private List<Fd> contributing(byte[] path, List<Fd> below) throws IOException {
    List<Fd> contributing = new ArrayList<>();
    for (Fd lower : below) {
      Stat stat = Linux.lstatat(lower, path);
      if (stat == null) {
        continue;
      }
      if (!stat.isDirectory()) {
        break;
      }
      contributing.add(lower);
      try (Fd directory = Names.openDirectory(lower, path)) {
        if (attributes.isOpaque(directory, path)) {
          break;
        }
      }
    }
    return contributing;
  }

  private static Set<Name> namesIn(byte[] path, List<Fd> below) throws IOException {
    Set<Name> names = new HashSet<>();
    Set<Name> hidden = new HashSet<>();
    for (Fd lower : below) {
      try (Fd directory = Names.openDirectory(lower, path)) {
        for (byte[] bytes : Linux.names(directory)) {
          Name name = new Name(bytes);
          Stat stat = Linux.lstatat(directory, bytes);
          if (stat != null && stat.isWhiteout()) {
            hidden.add(name);
          } else if (!hidden.contains(name)) {
            names.add(name);
          }
        }
      }
    }
    return names;
  }

  private static String text(byte[] path) {
    return "/" + TarEntry.text(path);
  }

  @Override
  public void close() {
    upper.close();
    for (Fd lower : lowers) {
      lower.close();
    }
  }
}
