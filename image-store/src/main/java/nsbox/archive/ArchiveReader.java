package nsbox.archive;

import java.io.IOException;
import java.io.InputStream;
import nsbox.image.BrokenLayoutException;
import nsbox.image.ImageException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/// Goes through a tar, plain or compressed, and checks the name of each member.
final class ArchiveReader {
  private ArchiveReader() {}

  /// What is done with a member.
  @FunctionalInterface
  interface Visitor {
    /// @param name without `./` in front and `/` at the end; has no `..`; empty for the root
    /// @param bytes of the member, to be read before the next one
    /// @return whether to go on
    boolean member(TarArchiveEntry member, String name, InputStream bytes) throws IOException;
  }

  /// Reads to the end of the archive. Does not close `archive`.
  ///
  /// @param label what people call the archive
  /// @throws BrokenLayoutException if it is empty, no tar, or ends too early
  static void read(InputStream archive, String label, Visitor visitor) throws IOException {
    readPlain(open(archive, label), label, visitor);
  }

  /// As [#read], for a tar that is not compressed.
  static void readPlain(InputStream archive, String label, Visitor visitor) throws IOException {
    // Not closed: that would close the caller's stream.
    BoundedTar tar = new BoundedTar(archive);
    TarArchiveEntry member;
    while ((member = next(tar, label)) != null) {
      if (!member.isCheckSumOK()) {
        throw broken(label, member.getName(), "a tar header with its checksum", "another checksum");
      }
      if (!visitor.member(member, cleanName(member.getName(), label), tar)) {
        return;
      }
    }
    if (tar.recordsRead() == 0) {
      throw broken(label, "", "a tar archive", "nothing");
    }
  }

  static Expanded open(InputStream archive, String label) throws IOException {
    try {
      return Expanded.of(archive, label);
    } catch (IOException e) {
      throw unreadable(label, e);
    }
  }

  /// Whether a name or the target of a link leads out of the archive.
  static boolean leadsOut(String name) {
    return name.startsWith("/") || name.indexOf('\0') >= 0 || ("/" + name + "/").contains("/../");
  }

  static BrokenLayoutException unreadable(String label, Exception e) {
    BrokenLayoutException broken =
        broken(
            label,
            "",
            "a whole tar archive, plain or in gzip, zstd, xz or bzip2",
            "\"" + e.getMessage() + "\"");
    broken.initCause(e);
    return broken;
  }

  private static TarArchiveEntry next(BoundedTar tar, String label) throws IOException {
    try {
      return tar.getNextEntry();
    } catch (ImageException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(label, e);
    }
  }

  private static String cleanName(String raw, String label) throws BrokenLayoutException {
    String name = raw;
    while (name.startsWith("./")) {
      name = name.substring(2);
    }
    if (leadsOut(name)) {
      throw broken(label, raw, "a name inside the archive", "one that leads out of it");
    }
    name = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    return name.equals(".") ? "" : name;
  }

  private static BrokenLayoutException broken(
      String label, String file, String expected, String actual) {
    return new BrokenLayoutException(label, file, expected, actual);
  }
}
