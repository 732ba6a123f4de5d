package nsbox.snapshot;

import java.io.IOException;
import nsbox.linux.Fd;
import nsbox.linux.FileContent;
import nsbox.linux.FileType;
import nsbox.linux.Linux;
import nsbox.linux.Stat;

/// Copies files that are no directories, with everything they have.
///
/// Content is shared where the file system can do that, else copied by the kernel, else read and
/// written. Holes stay holes. One object copies between the same two file systems and remembers
/// what they cannot do.
final class FileCopy {
  private static final int BUFFER_BYTES = 128 * 1024;

  /// A shorter file is not searched for holes: that is two more calls, and there are many such.
  private static final int SEARCHED_BYTES = 16 * 1024;

  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Metadata.Owner owner;
  private boolean shares = true;
  private boolean copiesInKernel = true;

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
      if (stat.sizeBytes() > 0) {
        copyContent(source, stat.sizeBytes(), target);
      }
      Metadata.of(source, stat).set(target, owner);
    }
  }

  /// Copies a regular file that is open.
  void copyOpened(Fd source, Stat stat, Metadata metadata, Fd toDir, byte[] to) throws IOException {
    try (Fd target = Names.create(toDir, to)) {
      if (stat.sizeBytes() > 0) {
        copyContent(source, stat.sizeBytes(), target);
      }
      metadata.set(target, owner);
    }
  }

  private void copyContent(Fd source, long sizeBytes, Fd target) throws IOException {
    shares = shares && FileContent.share(source, target);
    if (shares) {
      return;
    }
    if (sizeBytes < SEARCHED_BYTES) {
      copyRange(source, target, sizeBytes);
      return;
    }
    long data;
    for (long at = 0; (data = FileContent.nextData(source, at)) >= 0; ) {
      at = FileContent.nextHole(source, data);
      Linux.seek(source, data);
      Linux.seek(target, data);
      copyRange(source, target, at - data);
    }
    /* There may be a hole at the end. */
    Linux.ftruncate(target, sizeBytes);
  }

  private void copyRange(Fd source, Fd target, long length) throws IOException {
    long rest = length;
    while (rest > 0 && copiesInKernel) {
      long count = FileContent.copy(source, target, rest);
      copiesInKernel = count > 0;
      rest -= count;
    }
    while (rest > 0) {
      int count = Linux.read(source, buffer, 0, (int) Math.min(rest, buffer.length));
      if (count == 0) {
        return;
      }
      Linux.write(target, buffer, 0, count);
      rest -= count;
    }
  }
}
