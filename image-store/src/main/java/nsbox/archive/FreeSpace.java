package nsbox.archive;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.image.LimitExceededException;

/// How much an archive may take up on the disk: what was free at the start, less 5 % of the disk.
///
/// A disk that is full to the last byte stops everything else on the machine.
final class FreeSpace {
  private static final int RESERVE_DIVISOR = 20;

  private final String label;
  private final long limitBytes;
  private long takenBytes;

  FreeSpace(String label, long limitBytes) {
    this.label = label;
    this.limitBytes = limitBytes;
  }

  /// @param label whose bytes they are, for the failure
  static FreeSpace of(Path folder, String label) throws IOException {
    FileStore disk = Files.getFileStore(folder);
    long reserve = disk.getTotalSpace() / RESERVE_DIVISOR;
    return new FreeSpace(label, Math.max(0, disk.getUsableSpace() - reserve));
  }

  /// @throws LimitExceededException if it would be too much
  void take(long bytes) throws LimitExceededException {
    takenBytes += bytes;
    if (takenBytes > limitBytes) {
      throw new LimitExceededException(
          "bytes of " + label + " for the free space", limitBytes, takenBytes);
    }
  }
}
