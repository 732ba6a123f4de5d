package nsbox.e2e.machine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.EndToEnd;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// The smallest root file system with a shell: the host's static busybox and its names.
final class Box {
  private static final List<String> FOLDERS =
      List.of("bin", "dev", "etc", "proc", "sys", "tmp", "root");
  private static final List<String> NAMES =
      List.of("sh", "cat", "dd", "df", "echo", "grep", "ls", "mkdir", "mknod", "mv", "rm", "sleep");

  private Box() {}

  static Path write(Path file) throws IOException {
    return Files.write(file, tar());
  }

  static byte[] tar() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (String folder : FOLDERS) {
        put(tar, new TarArchiveEntry(folder + "/", TarConstants.LF_DIR), new byte[0]);
      }
      byte[] busybox = Files.readAllBytes(Path.of(EndToEnd.program("busybox")));
      put(tar, new TarArchiveEntry("bin/busybox", TarConstants.LF_NORMAL), busybox);
      for (String name : NAMES) {
        TarArchiveEntry link = new TarArchiveEntry("bin/" + name, TarConstants.LF_SYMLINK);
        link.setLinkName("busybox");
        put(tar, link, new byte[0]);
      }
    }
    return bytes.toByteArray();
  }

  private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, byte[] content)
      throws IOException {
    entry.setSize(content.length);
    entry.setMode(0755);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }
}
