package nsbox.snapshot;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/// The directories of a layer that hide what lies below them, listed in a file beside the layer.
///
/// overlayfs itself reads an attribute of each such directory. The list says the same to Java,
/// which cannot read `trusted` attributes without system calls, and to overlayfs it could not be
/// said for the root: there the attribute has no effect.
///
/// The file holds canonical paths, each followed by a zero byte; the root is the empty path. There
/// is no file where nothing is opaque. Where the file system cannot hold the attribute, the list
/// alone says it, and has one entry more: [#UNMARKED].
final class OpaqueDirectories {
  static final String FILE = "opaque";

  /// No path, as none is `.`: the kernel knows nothing of the others, and would show the layer
  /// wrongly.
  static final byte[] UNMARKED = BytePath.HERE;

  private OpaqueDirectories() {}

  static Set<Name> read(Path snapshot) throws IOException {
    byte[] list;
    try {
      list = Files.readAllBytes(snapshot.resolve(FILE));
    } catch (NoSuchFileException e) {
      return Set.of();
    }
    Set<Name> paths = new HashSet<>();
    for (int start = 0, end = 0; end < list.length; end++) {
      if (list[end] == 0) {
        paths.add(new Name(Arrays.copyOfRange(list, start, end)));
        start = end + 1;
      }
    }
    return paths;
  }

  static byte[] list(Collection<byte[]> paths) {
    ByteArrayOutputStream list = new ByteArrayOutputStream();
    for (byte[] path : paths) {
      list.writeBytes(path);
      list.write(0);
    }
    return list.toByteArray();
  }
}
