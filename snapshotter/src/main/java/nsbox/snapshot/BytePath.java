package nsbox.snapshot;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/// Paths as bytes, with `/` between components and no character set.
final class BytePath {
  /// The canonical path of the root itself.
  static final byte[] ROOT = {};

  static final byte[] HERE = {'.'};

  private BytePath() {}

  /// The components without `.` and empty ones; `..` is kept.
  static List<byte[]> components(byte[] path) {
    List<byte[]> components = new ArrayList<>();
    int start = 0;
    for (int end = 0; end <= path.length; end++) {
      if (end == path.length || path[end] == '/') {
        boolean empty = end == start || end == start + 1 && path[start] == '.';
        if (!empty) {
          components.add(Arrays.copyOfRange(path, start, end));
        }
        start = end + 1;
      }
    }
    return components;
  }

  static boolean isParent(byte[] component) {
    return component.length == 2 && component[0] == '.' && component[1] == '.';
  }

  /// The path as it is meant below a root: `..` takes the component before it away, at most to the
  /// root, and a leading `/` means nothing.
  static byte[] clean(byte[] path) {
    if (isClean(path)) {
      return path;
    }
    Deque<byte[]> clean = new ArrayDeque<>();
    for (byte[] component : components(path)) {
      if (isParent(component)) {
        clean.pollLast();
      } else {
        clean.addLast(component);
      }
    }
    byte[] joined = ROOT;
    for (byte[] component : clean) {
      joined = join(joined, component);
    }
    return joined;
  }

  /// Whether no component is empty, `.` or `..`: true for nearly all names in layers.
  private static boolean isClean(byte[] path) {
    boolean atStart = true;
    for (byte b : path) {
      if (atStart && (b == '/' || b == '.')) {
        return false;
      }
      atStart = b == '/';
    }
    return !atStart;
  }

  static byte[] join(byte[] directory, byte[] name) {
    if (directory.length == 0) {
      return name;
    }
    byte[] joined = Arrays.copyOf(directory, directory.length + 1 + name.length);
    joined[directory.length] = '/';
    System.arraycopy(name, 0, joined, directory.length + 1, name.length);
    return joined;
  }

  static int lastSlash(byte[] path) {
    int at = path.length - 1;
    while (at >= 0 && path[at] != '/') {
      at--;
    }
    return at;
  }

  static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }
}
