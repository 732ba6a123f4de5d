package nsbox.cli.command;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import nsbox.engine.KnownFile;

/// One of the files of a container's log: the newest is `log`, those before it are `log.1` and so
/// on, each renamed to the next number when another is begun.
record LogFile(KnownFile file) implements AutoCloseable {
  private static final int BLOCK = 1 << 16;

  /* After so many the oldest one has been found. */
  private static final int MOST_MISSING = 16;

  /// @param number 0 for the newest
  static Path path(Path newest, int number) {
    return number == 0 ? newest : newest.resolveSibling(newest.getFileName() + "." + number);
  }

  /// @return null where there is no such file
  static LogFile open(Path path) throws IOException {
    KnownFile file = KnownFile.open(path);
    return file == null ? null : new LogFile(file);
  }

  FileChannel channel() {
    return file.channel();
  }

  /// Opens all that there are, the oldest first.
  ///
  /// They get other numbers from the oldest on. So looking for higher and higher ones misses none,
  /// and finds some twice. One number at a time is nobody's, and where a container writes very much
  /// that may be several in a row, as it seems to who looks.
  static Deque<LogFile> openAll(Path newest) throws IOException {
    Deque<LogFile> files = new ArrayDeque<>();
    Set<Object> seen = new HashSet<>();
    for (int missing = 0, number = 0; missing < MOST_MISSING; number++) {
      LogFile found = open(path(newest, number));
      missing = found == null ? missing + 1 : 0;
      if (found != null && seen.add(found.file.key())) {
        files.addFirst(found);
      } else if (found != null) {
        found.close();
      }
    }
    return files;
  }

  /// What number it has now, or -1 where it is there no more.
  int number(Path newest) throws IOException {
    for (int missing = 0, number = 0; missing < MOST_MISSING; number++) {
      try {
        if (file.key().equals(KnownFile.key(path(newest, number)))) {
          return number;
        }
        missing = 0;
      } catch (NoSuchFileException e) {
        missing++;
      }
    }
    return -1;
  }

  /// The one that was begun after it.
  ///
  /// @return null where there is none, or where that is not sure, for they are just getting other
  ///   numbers
  LogFile next(Path newest) throws IOException {
    for (int newer = number(newest) - 1; newer >= 0; newer--) {
      LogFile next = open(path(newest, newer));
      if (next != null) {
        if (isNextTo(next, newest)) {
          return next;
        }
        next.close();
        return null;
      }
    }
    return null;
  }

  private boolean isNextTo(LogFile next, Path newest) throws IOException {
    int own = number(newest);
    int newer = next.number(newest);
    for (int number = newer + 1; number < own; number++) {
      if (Files.exists(path(newest, number))) {
        return false;
      }
    }
    return newer >= 0 && newer < own;
  }

  /// Where the last lines begin. A line that is logged in parts is one; the end of the log is the
  /// end of a line, too.
  ///
  /// @param counter goes on from the file after it
  /// @return -1 where more are wanted than this file has
  long positionOfLast(long lines, Counter counter) throws IOException {
    long end = channel().size();
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    for (long at = end; at > 0; ) {
      int length = (int) Math.min(BLOCK, at);
      block.clear().limit(length);
      if (channel().read(block, at - length) != length) {
        throw new IOException("a log became shorter while it was read");
      }
      for (int i = length - 1; i >= 0; i--) {
        long newline = at - length + i;
        if (block.get(i) == '\n') {
          if (newline + 1 < end && counter.count(record(newline + 1, end)) > lines) {
            return end;
          }
          end = newline + 1;
        }
      }
      at -= length;
    }
    return end > 0 && counter.count(record(0, end)) > lines ? end : -1;
  }

  /* With or without its newline. */
  private LogRecord record(long from, long to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) (to - from));
    channel().read(bytes, from);
    int length = bytes.position();
    boolean newline = length > 0 && bytes.get(length - 1) == '\n';
    byte[] line = new byte[newline ? length - 1 : length];
    bytes.get(0, line);
    return LogRecord.parse(line);
  }

  /// Counts lines from the last one on.
  static final class Counter {
    private long lines;

    /// @param record the one before those that were counted
    /// @return how many lines there are, with its own
    long count(LogRecord record) {
      /* The end of one line ends the one before it; what is logged last needs no end. */
      if (record != null && (record.ended() || lines == 0)) {
        lines++;
      }
      return lines;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
