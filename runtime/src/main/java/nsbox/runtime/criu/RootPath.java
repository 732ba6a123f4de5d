package nsbox.runtime.criu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Where a path leads in a container's root, whose links the container has made.
///
/// For names of mounts only: nothing is opened by what comes out of it.
final class RootPath {
  private static final int MOST_LINKS = 40;

  private RootPath() {}

  /// @param rootfs the container's root as the host sees it
  /// @param path absolute in the container; may lead to what is not there
  /// @return the same without links, `.` and `..`
  /// @throws IOException if links lead in a circle
  static String resolve(Path rootfs, String path) throws IOException {
    Deque<String> left = new ArrayDeque<>(List.of(path.split("/")));
    Path at = Path.of("/");
    int links = 0;
    while (!left.isEmpty()) {
      String name = left.removeFirst();
      Path next = at.resolve(name).normalize();
      Path there = rootfs.resolve(Path.of("/").relativize(next));
      if (name.isEmpty() || !Files.isSymbolicLink(there)) {
        at = next;
        continue;
      }
      if (++links > MOST_LINKS) {
        throw new IOException(path + ": too many links in " + rootfs);
      }
      String target = Files.readSymbolicLink(there).toString();
      at = target.startsWith("/") ? Path.of("/") : at;
      String[] names = target.split("/");
      for (int i = names.length - 1; i >= 0; i--) {
        left.addFirst(names[i]);
      }
    }
    return at.toString();
  }
}
