package nsbox.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.linux.Errno;
import nsbox.linux.Fd;
import nsbox.linux.LinuxException;
import nsbox.linux.Xattr;

/// What the layers of a store are, by the rights of who made them.
///
/// A store is of one form as long as it holds snapshots, for overlayfs reads one kind of attributes
/// or the other on all layers of a mount. The first unpack decides; the file `userxattr` in the
/// store says that it is [#USER].
enum OverlayForm {
  /// Of root of the host: all that a layer can have.
  TRUSTED("trusted.overlay.opaque"),

  /// Of root of a user namespace: overlayfs needs `userxattr`. Device nodes are left out, for only
  /// root of the host may make them.
  USER("user.overlay.opaque");

  /// A file of a store: there where the form is [#USER].
  static final String MARK = "userxattr";

  private static final byte[] TRUSTED_PROBE = "trusted.nsbox".getBytes(StandardCharsets.US_ASCII);

  private final byte[] opaqueAttribute;

  OverlayForm(String opaqueAttribute) {
    this.opaqueAttribute = opaqueAttribute.getBytes(StandardCharsets.US_ASCII);
  }

  /// Of a store that something is about to be unpacked to.
  ///
  /// @param rootFd the same, opened
  /// @throws IOException if this process cannot make what the store has
  static OverlayForm decide(Path root, Fd rootFd) throws IOException {
    if (Files.exists(root.resolve(MARK))) {
      return USER;
    }
    if (Xattr.maySet(rootFd, TRUSTED_PROBE)) {
      return TRUSTED;
    }
    if (hasSnapshots(root)) {
      throw new IOException(
          root
              + " holds layers that root of the host has unpacked; in a user namespace no others"
              + " can be unpacked beside them");
    }
    try {
      Names.create(rootFd, MARK.getBytes(StandardCharsets.US_ASCII)).close();
    } catch (LinuxException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
    return USER;
  }

  private static boolean hasSnapshots(Path root) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry) && !entry.getFileName().toString().startsWith(".")) {
          return true;
        }
      }
    }
    return false;
  }

  /// The attribute that makes a directory opaque, by the value `y`.
  byte[] opaqueAttribute() {
    return opaqueAttribute;
  }

  boolean hasDevices() {
    return this == TRUSTED;
  }
}
