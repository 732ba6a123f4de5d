package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Front;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox logs`: what a container wrote, each stream to its own.
///
/// Reads what `log.h` describes, in either format.
public final class LogsCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command("logs", "[OPTIONS] CONTAINER", "Show what a container wrote so far.");
    spec.addOption(flag("Begin each line with its time", "-t", "--timestamps"));
    spec.addPositional(Model.parameters("CONTAINER", "1", "Name or ID"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    Path newest = Lookup.container(session, positionals(parsed).getFirst()).log();
    for (Path log : oldestFirst(newest)) {
      try (InputStream in = new BufferedInputStream(Files.newInputStream(log), 1 << 16)) {
        copy(in, session.front(), isSet(parsed, "--timestamps"));
      }
    }
    return 0;
  }

  /* Files that were begun anew have a number, the oldest the highest. */
  private static List<Path> oldestFirst(Path newest) {
    List<Path> logs = new ArrayList<>();
    Path log = newest;
    for (int number = 1; Files.exists(log); number++) {
      logs.addFirst(log);
      log = newest.resolveSibling(newest.getFileName() + "." + number);
    }
    return logs;
  }

  static void copy(InputStream log, Front front, boolean timestamps) throws IOException {
    ByteArrayOutputStream pending = new ByteArrayOutputStream();
    boolean pendingError = false;
    /* One line of each stream may be open: a part that waits for its rest. */
    boolean outOpen = false;
    boolean errorOpen = false;
    for (byte[] line = line(log); line != null; line = line(log)) {
      LogRecord record = LogRecord.parse(line);
      if (record == null) {
        continue; // the end of a record that a full disk cut off
      }
      boolean error = record.error();
      if (error != pendingError || pending.size() > 1 << 16) {
        flush(pending, pendingError, front);
        pendingError = error;
      }
      if (timestamps && !(error ? errorOpen : outOpen)) {
        pending.write(record.time());
        pending.write(' ');
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
    flush(pending, pendingError, front);
  }

  private static void flush(ByteArrayOutputStream pending, boolean error, Front front)
      throws IOException {
    if (pending.size() > 0) {
      front.write(error, pending.toByteArray(), pending.size());
      pending.reset();
    }
  }

  private static byte[] line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n') {
        return line.toByteArray();
      }
      line.write(next);
    }
    return line.size() == 0 ? null : line.toByteArray();
  }
}
