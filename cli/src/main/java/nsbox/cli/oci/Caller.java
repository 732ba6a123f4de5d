package nsbox.cli.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The effective ids of whoever called.
record Caller(long uid, long gid) {
  private static final int EFFECTIVE = 2;

  /// @throws IOException if the process is gone
  static Caller of(int processId) throws IOException {
    long uid = -1;
    long gid = -1;
    Path file = Path.of("/proc", Integer.toString(processId), "status");
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("Uid:")) {
        uid = Long.parseLong(line.split("\t")[EFFECTIVE]);
      } else if (line.startsWith("Gid:")) {
        gid = Long.parseLong(line.split("\t")[EFFECTIVE]);
      }
    }
    if (uid < 0 || gid < 0) {
      throw new IOException(file + ": names no user or no group");
    }
    return new Caller(uid, gid);
  }
}
