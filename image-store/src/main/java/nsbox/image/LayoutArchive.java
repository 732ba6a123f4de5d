package nsbox.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Somebody's OCI image layout in a tar archive, plain or in gzip.
///
/// Members may come in any order, so all that belong to a layout are written to a folder first, in
/// one pass. Their names are checked before: a member lands under its own name or not at all.
final class LayoutArchive {
  private static final int BUFFER_BYTES = 128 << 10;
  private static final int GZIP_MAGIC_1 = 0x1f;
  private static final int GZIP_MAGIC_2 = 0x8b;

  private final String label;
  private final Path target;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private boolean dockerManifestSeen;
  private boolean markerSeen;

  private LayoutArchive(String label, Path target) {
    this.label = label;
    this.target = target;
  }

  /// Writes the layout in `archive` to the new folder `target`. Does not close `archive`.
  ///
  /// @param label what people call the archive
  static LayoutDirectory unpack(InputStream archive, Path target, String label) throws IOException {
    StoreFiles.makeFolder(target);
    StoreFiles.makeFolder(target.resolve("blobs"));
    StoreFiles.makeFolder(target.resolve("blobs/sha256"));
    StoreFiles.makeFolder(target.resolve("blobs/sha512"));
    LayoutArchive layout = new LayoutArchive(label, target);
    layout.unpack(archive);
    if (layout.dockerManifestSeen && !layout.markerSeen) {
      throw layout.broken("oci-layout", "a plain file", "nothing: it is docker's older format");
    }
    return new LayoutDirectory(target, label);
  }

  private void unpack(InputStream archive) throws IOException {
    // Not closed: that would close the caller's stream.
    BoundedTar tar = open(archive);
    TarArchiveEntry member;
    while ((member = next(tar)) != null) {
      unpack(member, tar);
    }
  }

  private void unpack(TarArchiveEntry member, InputStream bytes) throws IOException {
    String name = cleanName(member.getName());
    if (!member.isCheckSumOK()) {
      throw broken(name, "a tar header with its checksum", "another checksum");
    }
    if (member.isDirectory() || !belongsToLayout(name)) {
      dockerManifestSeen |= name.equals("manifest.json");
      return;
    }
    byte type = member.getLinkFlag();
    if (type != TarConstants.LF_NORMAL && type != TarConstants.LF_OLDNORM || member.isSparse()) {
      throw broken(name, "a plain file", "a link or special file");
    }
    if (!name.startsWith("blobs/") && member.getSize() > Manifest.MAX_BYTES) {
      throw new LimitExceededException(
          "bytes of " + label + "/" + name, Manifest.MAX_BYTES, member.getSize());
    }
    markerSeen |= name.equals("oci-layout");
    try (OutputStream file = Channels.newOutputStream(StoreFiles.create(target.resolve(name)))) {
      int count;
      while ((count = read(bytes)) >= 0) {
        file.write(buffer, 0, count);
      }
    } catch (FileAlreadyExistsException e) {
      throw broken(name, "one member of that name", "two");
    }
  }

  private BoundedTar open(InputStream archive) throws BrokenLayoutException {
    try {
      BufferedInputStream buffered = new BufferedInputStream(archive, BUFFER_BYTES);
      buffered.mark(2);
      boolean gzip = buffered.read() == GZIP_MAGIC_1 && buffered.read() == GZIP_MAGIC_2;
      buffered.reset();
      return new BoundedTar(gzip ? new GZIPInputStream(buffered, BUFFER_BYTES) : buffered);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private TarArchiveEntry next(BoundedTar tar) throws BrokenLayoutException {
    try {
      return tar.getNextEntry();
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(e);
    }
  }

  private int read(InputStream bytes) throws BrokenLayoutException {
    try {
      return bytes.read(buffer);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private BrokenLayoutException unreadable(Exception e) {
    BrokenLayoutException broken =
        broken("", "a whole tar archive, plain or in gzip", "\"" + e.getMessage() + "\"");
    broken.initCause(e);
    return broken;
  }

  /// The name without `./` in front and `/` at the end.
  private String cleanName(String raw) throws BrokenLayoutException {
    String name = raw;
    while (name.startsWith("./")) {
      name = name.substring(2);
    }
    if (name.startsWith("/") || name.indexOf('\0') >= 0 || ("/" + name + "/").contains("/../")) {
      throw broken(raw, "a name inside the layout", "one that leads out of it");
    }
    return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
  }

  private static boolean belongsToLayout(String name) {
    if (name.equals("oci-layout") || name.equals("index.json")) {
      return true;
    }
    int slash = name.indexOf('/', "blobs/".length());
    if (!name.startsWith("blobs/") || slash < 0) {
      return false;
    }
    try {
      Digest.parse(name.substring("blobs/".length(), slash) + ":" + name.substring(slash + 1));
      return true;
    } catch (InvalidDigestException e) {
      // Nothing can point at it.
      return false;
    }
  }

  private BrokenLayoutException broken(String file, String expected, String actual) {
    return new BrokenLayoutException(label, file, expected, actual);
  }
}
