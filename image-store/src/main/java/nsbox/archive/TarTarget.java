package nsbox.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// A tar of which every byte follows from its members: root owns them, and they are from 1970.
final class TarTarget implements SaveTarget {
  private static final int BUFFER_BYTES = 128 << 10;
  private static final int FOLDER_MODE = 0755;
  private static final int FILE_MODE = 0644;

  private final TarArchiveOutputStream tar;

  TarTarget(OutputStream out) {
    tar = new TarArchiveOutputStream(out, "UTF-8");
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
  }

  @Override
  public void folder(String name) throws IOException {
    tar.putArchiveEntry(member(name + "/", FOLDER_MODE));
    tar.closeArchiveEntry();
  }

  @Override
  public void file(String name, long sizeBytes, InputStream bytes) throws IOException {
    TarArchiveEntry member = member(name, FILE_MODE);
    member.setSize(sizeBytes);
    tar.putArchiveEntry(member);
    byte[] buffer = new byte[BUFFER_BYTES];
    int count;
    while ((count = bytes.read(buffer)) >= 0) {
      tar.write(buffer, 0, count);
    }
    tar.closeArchiveEntry();
  }

  /// Writes the end of the archive. Leaves the stream below open.
  void finish() throws IOException {
    tar.finish();
    tar.flush();
  }

  private static TarArchiveEntry member(String name, int mode) {
    TarArchiveEntry member = new TarArchiveEntry(name);
    member.setMode(mode);
    member.setModTime(0L);
    member.setIds(0, 0);
    member.setNames("", "");
    return member;
  }
}
