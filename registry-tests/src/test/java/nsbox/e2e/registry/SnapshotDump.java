package nsbox.e2e.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nsbox.e2e.Nsbox;

/// All that two unpackings of a layer must agree on: names, types, modes, owners, links, times,
/// attributes and content of its files, and what stands beside them.
final class SnapshotDump {
  /* What a whiteout has for a time is when it was made, and so is a directory's size a file system's
   * own. */
  private static final String DUMP =
      """
      import hashlib, os, stat, sys
      os.chdir(sys.argv[1])
      def line(path):
        it = os.lstat(path)
        white = stat.S_ISCHR(it.st_mode) and it.st_rdev == 0
        kind = stat.S_IFMT(it.st_mode)
        print(path, oct(it.st_mode), it.st_uid, it.st_gid, it.st_rdev,
          it.st_size if kind == stat.S_IFREG else "",
          "" if white else it.st_mtime_ns,
          os.readlink(path) if kind == stat.S_IFLNK else "",
          sorted((a, os.getxattr(path, a, follow_symlinks=False))
            for a in os.listxattr(path, follow_symlinks=False)),
          hashlib.sha256(open(path, "rb").read()).hexdigest() if kind == stat.S_IFREG else "",
          it.st_nlink if kind == stat.S_IFREG else "")
      line("fs")
      for folder, folders, files in os.walk("fs"):
        folders.sort()
        for name in sorted(folders + files):
          line(os.path.join(folder, name))
      for beside in ("opaque", "size"):
        if os.path.exists(beside):
          print(beside, open(beside, "rb").read())
      """;

  private SnapshotDump() {}

  /// Dumps of the snapshots that show, by their names.
  ///
  /// @param root of nsbox
  static Map<String, String> of(Path root) throws IOException {
    Map<String, String> dumps = new TreeMap<>();
    for (String name : visible(root)) {
      dumps.put(name, Outside.run("python3", "-c", DUMP, folder(root).resolve(name).toString()));
    }
    return dumps;
  }

  static Path folder(Path root) {
    return root.resolve("snapshots");
  }

  static List<String> visible(Path root) throws IOException {
    return Nsbox.entries(folder(root)).stream().filter(it -> !it.startsWith(".")).toList();
  }

  /// Names of what is in the making or being removed.
  static List<String> hidden(Path root) throws IOException {
    return Files.isDirectory(folder(root))
        ? Nsbox.entries(folder(root)).stream().filter(it -> it.startsWith(".")).toList()
        : List.of();
  }
}
