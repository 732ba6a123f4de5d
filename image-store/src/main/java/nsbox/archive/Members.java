package nsbox.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import nsbox.image.BrokenLayoutException;
import nsbox.image.ImageException;
import nsbox.image.LimitExceededException;
import nsbox.image.Manifest;
import nsbox.image.StoreFiles;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// The members of somebody's archive of images, written to a folder in one pass.
///
/// Members may come in any order, and what names them comes last as a rule. They are written to
/// numbered files: no name from an archive ever becomes a path, and links are followed among the
/// names alone.
final class Members implements ImageFiles {
  /// The most files that an archive of images may have: 127 layers of hundreds of images.
  static final int MAX_FILES = 65_536;

  /// Longest name or target of a link.
  private static final int MAX_NAME = 4096;

  /// Nothing that belongs to an image lies deeper than `blobs/sha256/…`.
  private static final int MAX_SLASHES = 3;

  /* docker links a layer that it has written before; never a link to another. */
  private static final int MAX_LINKS = 4;
  private static final int BUFFER_BYTES = 128 << 10;

  private final String label;
  private final Path target;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Map<String, Path> files = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();
  private final FreeSpace space;

  private Members(String label, Path target) throws IOException {
    this.label = label;
    this.target = target;
    this.space = FreeSpace.of(target, label);
  }

  /// Writes what may belong to an image to the new folder `target`. Does not close `archive`.
  ///
  /// @param archive a tar, plain or compressed
  /// @param label what people call the archive
  static Members unpack(InputStream archive, Path target, String label) throws IOException {
    StoreFiles.makeFolder(target);
    Members members = new Members(label, target);
    ArchiveReader.read(
        archive,
        label,
        (member, name, bytes) -> {
          members.add(member, name, bytes);
          return true;
        });
    return members;
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public boolean linkable() {
    return true;
  }

  @Override
  public boolean contains(String name) {
    return files.containsKey(name);
  }

  @Override
  public Path path(String name, String expected) throws BrokenLayoutException {
    String at = name;
    for (int followed = 0; links.containsKey(at); followed++) {
      if (followed == MAX_LINKS) {
        throw broken(name, expected, "a chain of links");
      }
      at = links.get(at);
      if (ArchiveReader.leadsOut(at)) {
        throw broken(name, expected, "a link that leads out of the archive");
      }
    }
    Path file = files.get(at);
    if (file == null) {
      throw broken(name, expected, at.equals(name) ? "nothing" : "a link to " + at);
    }
    return file;
  }

  private void add(TarArchiveEntry member, String name, InputStream bytes) throws IOException {
    if (member.isDirectory() || !mayBelong(name)) {
      return;
    }
    byte type = member.getLinkFlag();
    boolean link = type == TarConstants.LF_SYMLINK || type == TarConstants.LF_LINK;
    boolean plain = type == TarConstants.LF_NORMAL || type == TarConstants.LF_OLDNORM;
    boolean fixed = isFixed(name);
    if (fixed && !plain || plain && member.isSparse()) {
      throw broken(name, "a plain file", "a link or special file");
    }
    if (files.containsKey(name) || links.containsKey(name)) {
      throw broken(name, "one member of that name", "two");
    }
    if (files.size() + links.size() >= MAX_FILES) {
      throw new LimitExceededException("files of " + label, MAX_FILES, MAX_FILES + 1L);
    }
    if (link) {
      links.put(name, targetOf(name, member.getLinkName(), type == TarConstants.LF_SYMLINK));
    } else if (plain) {
      if (fixed && !name.startsWith("blobs/") && member.getSize() > Manifest.MAX_BYTES) {
        throw tooLong(name, member.getSize());
      }
      write(name, bytes);
    }
  }

  private void write(String name, InputStream bytes) throws IOException {
    Path file = target.resolve(Integer.toString(files.size()));
    try (FileChannel channel = StoreFiles.create(file)) {
      int count;
      while ((count = read(bytes)) >= 0) {
        space.take(count);
        ByteBuffer piece = ByteBuffer.wrap(buffer, 0, count);
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      }
    }
    files.put(name, file);
  }

  private int read(InputStream bytes) throws IOException {
    try {
      return bytes.read(buffer);
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw ArchiveReader.unreadable(label, e);
    }
  }

  /// Members that a format names and that may not be links.
  private static boolean isFixed(String name) {
    return name.equals(OciLayout.MARKER)
        || name.equals(OciLayout.INDEX)
        || name.equals(DockerArchive.MANIFEST)
        || name.startsWith("blobs/");
  }

  private static boolean mayBelong(String name) {
    int slashes = 0;
    for (int i = 0; i < name.length(); i++) {
      slashes += name.charAt(i) == '/' ? 1 : 0;
    }
    return !name.isEmpty() && name.length() <= MAX_NAME && slashes <= MAX_SLASHES;
  }

  /// The name that a link leads to; one that begins with `../` or `/` leads out.
  private static String targetOf(String name, String link, boolean symbolic) {
    if (link.startsWith("/") || link.isEmpty() || link.length() > MAX_NAME) {
      return "/";
    }
    Path parent = Path.of(name).getParent();
    String joined = symbolic && parent != null ? parent + "/" + link : link;
    String target = Path.of(joined.replace('\0', '/')).normalize().toString();
    return target.isEmpty() ? "/" : target;
  }
}
