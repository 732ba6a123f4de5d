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
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Front;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox logs`: what a container wrote, each stream to its own.
///
/// Reads the records that `log.h` describes: time, stream, F or P, and the bytes.
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
    Path log = Lookup.container(session, positionals(parsed).getFirst()).log();
    if (Files.exists(log)) {
      try (InputStream in = new BufferedInputStream(Files.newInputStream(log), 1 << 16)) {
        copy(in, session.front(), isSet(parsed, "--timestamps"));
      }
    }
    return 0;
  }

  static void copy(InputStream log, Front front, boolean timestamps) throws IOException {
    ByteArrayOutputStream pending = new ByteArrayOutputStream();
    boolean pendingError = false;
    /* One line of each stream may be open: a part that waits for its rest. */
    boolean outOpen = false;
    boolean errorOpen = false;
    for (byte[] line = line(log); line != null; line = line(log)) {
      int time = indexOfBlank(line, 0);
      int stream = indexOfBlank(line, time + 1);
      int tag = indexOfBlank(line, stream + 1);
      if (time < 0 || stream < 0 || tag < 0) {
        continue; // the end of a record that a full disk cut off
      }
      boolean error = line[stream - 1] == 'r';
      if (error != pendingError || pending.size() > 1 << 16) {
        flush(pending, pendingError, front);
        pendingError = error;
      }
      if (timestamps && !(error ? errorOpen : outOpen)) {
        pending.write(line, 0, time + 1);
      }
      pending.write(line, tag + 1, line.length - tag - 1);
      boolean open = line[tag - 1] != 'F';
      if (!open) {
        pending.write('\n');
      }
      if (error) {
        errorOpen = open;
      } else {
        outOpen = open;
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

  private static int indexOfBlank(byte[] line, int from) {
    for (int i = from; i > 0 - 1 && i < line.length; i++) {
      if (line[i] == ' ') {
        return i;
      }
    }
    return -1;
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
