package nsbox.cli.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Deque;
import java.util.Iterator;

/// Reads a container's log record by record, the oldest first, from file to file; also while it is
/// written and its files get other numbers.
final class LogReader implements AutoCloseable {
  private final Path newest;
  private final boolean follows;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).limit(0);
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();

  /* The first one is being read. */
  private final Deque<LogFile> files;

  /* Who does not follow reads what was there at first, or a busy container would have no end. */
  private final long end;
  private boolean lastLook;

  /// @param lines how many lines of what is there; negative for all
  /// @param follows also what comes later
  LogReader(Path newest, long lines, boolean follows) throws IOException {
    this.newest = newest;
    this.follows = follows;
    files = LogFile.openAll(newest);
    end = files.isEmpty() ? 0 : files.getLast().channel().size();
    if (lines >= 0) {
      skipToLast(lines);
    }
  }

  private void skipToLast(long lines) throws IOException {
    LogFile.Counter counter = new LogFile.Counter();
    boolean found = false;
    for (Iterator<LogFile> older = files.descendingIterator(); older.hasNext(); ) {
      LogFile file = older.next();
      if (found) {
        file.close();
        older.remove();
        continue;
      }
      long position = file.positionOfLast(lines, counter);
      found = position >= 0;
      if (found) {
        file.channel().position(position);
      }
    }
  }

  /// The next record that can be read as one.
  ///
  /// @return null where there is none yet, or no more
  LogRecord next() throws IOException {
    while (true) {
      byte[] line = line();
      if (line == null) {
        if (more()) {
          continue;
        }
        return follows ? null : rest();
      }
      LogRecord record = LogRecord.parse(line);
      if (record != null) {
        return record; // else it is the end of one that a full disk cut off
      }
    }
  }

  /// A last line that has no end.
  ///
  /// @return null where there is none
  LogRecord rest() {
    byte[] line = partial.toByteArray();
    partial.reset();
    return line.length == 0 ? null : LogRecord.parse(line);
  }

  private byte[] line() {
    byte[] bytes = buffer.array();
    int from = buffer.position();
    for (int i = from; i < buffer.limit(); i++) {
      if (bytes[i] == '\n') {
        partial.write(bytes, from, i - from);
        buffer.position(i + 1);
        byte[] line = partial.toByteArray();
        partial.reset();
        return line;
      }
    }
    partial.write(bytes, from, buffer.limit() - from);
    buffer.position(buffer.limit());
    return null;
  }

  /* Whether it is worth to look for another line. */
  private boolean more() throws IOException {
    if (files.isEmpty() && follows) {
      files.addAll(LogFile.openAll(newest));
    }
    if (files.isEmpty() || fill()) {
      return !files.isEmpty();
    }
    if (files.size() > 1) {
      files.removeFirst().close();
      lastLook = false;
      return true;
    }
    return follows && findNext();
  }

  private boolean fill() throws IOException {
    LogFile file = files.getFirst();
    buffer.clear();
    if (!follows && files.size() == 1) {
      buffer.limit(Math.clamp(end - file.channel().position(), 0, buffer.capacity()));
    }
    int count = buffer.hasRemaining() ? file.channel().read(buffer) : 0;
    buffer.flip();
    return count > 0;
  }

  /* A file that has a number gets nothing more; but what it got before it had one must be read. */
  private boolean findNext() throws IOException {
    LogFile file = files.getFirst();
    int number = file.number(newest);
    if (number == 0) {
      return false;
    }
    if (!lastLook) {
      lastLook = true;
      return true;
    }
    if (number < 0) {
      files.addAll(LogFile.openAll(newest)); // it is gone, and perhaps some after it
      return files.size() > 1;
    }
    LogFile next = file.next(newest);
    if (next == null) {
      return false; // begun or renamed just now: it is there at the next look
    }
    files.addLast(next);
    return true;
  }

  @Override
  public void close() throws IOException {
    for (LogFile file : files) {
      file.close();
    }
  }
}
