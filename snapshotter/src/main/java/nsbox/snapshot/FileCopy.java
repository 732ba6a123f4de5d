package nsbox.snapshot;

import java.io.IOException;
import nsbox.linux.Fd;
import nsbox.linux.FileType;
import nsbox.linux.Linux;
import nsbox.linux.Stat;

/// Copies files that are no directories, with everything they have.
final class FileCopy {
  private static final int BUFFER_BYTES = 128 * 1024;

  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Metadata.Owner owner;

  FileCopy(Metadata.Owner owner) {
    this.owner = owner;
  }

  void copy(Fd fromDir, byte[] from, Stat stat, Fd toDir, byte[] to) throws IOException {
    switch (stat.type()) {
      case FileType.REGULAR -> copyRegular(fromDir, from, stat, toDir, to);
      case FileType.SYMBOLIC_LINK -> {
        Linux.symlinkat(Linux.readlinkat(fromDir, from), toDir, to);
        Metadata.of(fromDir, from, stat).setAt(toDir, to, owner, true);
      }
      default -> {
        Linux.mknodat(toDir, to, stat.type() | 0600, stat.specialMajor(), stat.specialMinor());
        Metadata.of(fromDir, from, stat).setAt(toDir, to, owner, false);
      }
    }
  }

  private void copyRegular(Fd fromDir, byte[] from, Stat stat, Fd toDir, byte[] to)
      throws IOException {
    try (Fd source = Names.openRegular(fromDir, from);
        Fd target = Names.create(toDir, to)) {
      for (int count; (count = Linux.read(source, buffer, 0, buffer.length)) > 0; ) {
        Linux.write(target, buffer, 0, count);
      }
      Metadata.of(source, stat).set(target, owner);
    }
  }
}
