package nsbox.snapshot;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nsbox.linux.Fd;
import nsbox.linux.LinuxException;
import nsbox.linux.Xattr;

/// Reads extended attributes of an overlay's upper directory: those of the files, and those by
/// which overlayfs keeps its books.
///
/// @spec https://docs.kernel.org/filesystems/overlayfs.html#whiteouts-and-opaque-directories
final class OverlayAttributes {
  private final byte[] opaque;
  private final byte[] redirect;
  private final byte[] metacopy;

  /// @param user whether overlayfs keeps its books in `user.` attributes: only then do those of
  ///   that name mean anything, for any process in a container can set them
  OverlayAttributes(boolean user) {
    String prefix = user ? "user.overlay." : "trusted.overlay.";
    opaque = ascii(prefix + "opaque");
    redirect = ascii(prefix + "redirect");
    metacopy = ascii(prefix + "metacopy");
  }

  /// @throws UnsuitableTreeException if overlayfs keeps its whiteouts in the directory's attributes
  boolean isOpaque(Fd directory, byte[] path) throws LinuxException, UnsuitableTreeException {
    if (Xattr.get(directory, redirect) != null) {
      throw new UnsuitableTreeException(
          path, "a directory that overlayfs has renamed only (redirect_dir)");
    }
    byte[] value = Xattr.get(directory, opaque);
    if (value != null && value.length == 1 && value[0] == 'x') {
      throw new UnsuitableTreeException(path, "a directory with whiteouts in attributes");
    }
    return value != null && value.length == 1 && value[0] == 'y';
  }

  /// What a layer keeps of the attributes of an open file.
  List<TarEntry.Attribute> of(Fd file, byte[] path) throws LinuxException, UnsuitableTreeException {
    List<TarEntry.Attribute> attributes = new ArrayList<>();
    for (byte[] name : Xattr.names(file)) {
      if (isKept(name, path)) {
        add(attributes, name, Xattr.get(file, name));
      }
    }
    return attributes;
  }

  /// As [#of], for what cannot be opened.
  List<TarEntry.Attribute> of(Fd dir, byte[] name, byte[] path)
      throws LinuxException, UnsuitableTreeException {
    List<TarEntry.Attribute> attributes = new ArrayList<>();
    for (byte[] attribute : Xattr.namesAt(dir, name)) {
      if (isKept(attribute, path)) {
        add(attributes, attribute, Xattr.getAt(dir, name, attribute));
      }
    }
    return attributes;
  }

  /* Without a value it went between two calls. */
  private static void add(List<TarEntry.Attribute> attributes, byte[] name, byte[] value) {
    if (value != null) {
      attributes.add(new TarEntry.Attribute(name, value));
    }
  }

  private boolean isKept(byte[] name, byte[] path) throws UnsuitableTreeException {
    if (Arrays.equals(name, metacopy)) {
      throw new UnsuitableTreeException(
          path, "a file whose content overlayfs has left in a layer below (metacopy)");
    }
    if (!Metadata.isKept(name)) {
      return false;
    }
    for (byte b : name) {
      if (b == '=') {
        throw new UnsuitableTreeException(
            path, "an attribute with = in its name, " + TarEntry.text(name));
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
