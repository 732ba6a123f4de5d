package nsbox.cli.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import nsbox.engine.Front;

/// Prints the records of one container's log, each stream to its own.
final class LogPrinter {
  private static final int ENOUGH = 1 << 16;

  private final Front front;
  private final Wanted wanted;
  private final byte[] prefix;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  private boolean pendingError;

  /* One line of each stream may be open: a part that waits for its rest. */
  private boolean outOpen;
  private boolean errorOpen;

  /// What is printed of records.
  ///
  /// @param since only what was written then or later; null for all
  /// @param until only what was written before; null for all
  record Wanted(boolean timestamps, Instant since, Instant until) {
    boolean fits(LogRecord record) {
      if (since == null && until == null) {
        return true;
      }
      Instant moment = record.moment();
      return moment != null
          && (since == null || !moment.isBefore(since))
          && (until == null || moment.isBefore(until));
    }
  }

  /// @param prefix that each line begins with
  LogPrinter(Front front, Wanted wanted, byte[] prefix) {
    this.front = front;
    this.wanted = wanted;
    this.prefix = prefix;
  }

  void print(LogRecord record) throws IOException {
    if (!wanted.fits(record)) {
      return;
    }
    boolean error = record.error();
    if (error != pendingError || pending.size() > ENOUGH) {
      flush();
      pendingError = error;
    }
    if (!(error ? errorOpen : outOpen)) {
      pending.write(prefix);
      if (wanted.timestamps()) {
        pending.write(record.time());
        pending.write(' ');
      }
    }
    pending.write(record.bytes());
    if (record.ended()) {
      pending.write('\n');
    }
    if (error) {
      errorOpen = !record.ended();
    } else {
      outOpen = !record.ended();
    }
  }

  void flush() throws IOException {
    if (pending.size() > 0) {
      front.write(pendingError, pending.toByteArray(), pending.size());
      pending.reset();
    }
  }
}
