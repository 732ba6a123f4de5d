package nsbox.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/// Files of a folder of the user's.
///
/// Only plain files below plain folders are given: a link could lead out of the folder, and opening
/// a FIFO waits for ever.
///
/// @param label what people call it
record FolderFiles(Path root, String label) implements ImageFiles {

  @Override
  public boolean linkable() {
    return false;
  }

  @Override
  public boolean contains(String name) throws IOException {
    try {
      return attributes(root.resolve(name)).isRegularFile();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public Path path(String name, String expected) throws IOException {
    int slash = name.indexOf('/');
    while (slash >= 0) {
      checkKind(name.substring(0, slash), true, "a folder");
      slash = name.indexOf('/', slash + 1);
    }
    checkKind(name, false, expected);
    return root.resolve(name);
  }

  private void checkKind(String file, boolean folder, String expected) throws IOException {
    BasicFileAttributes found;
    try {
      found = attributes(root.resolve(file));
    } catch (NoSuchFileException e) {
      throw broken(file, expected, "nothing");
    }
    if (folder ? !found.isDirectory() : !found.isRegularFile()) {
      throw broken(file, expected, kind(found));
    }
  }

  /// What lies at a path, in words.
  static String kind(BasicFileAttributes found) {
    if (found.isSymbolicLink()) {
      return "a symbolic link";
    }
    if (found.isDirectory()) {
      return "a folder";
    }
    return found.isRegularFile() ? "a plain file" : "a device, socket or FIFO";
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
