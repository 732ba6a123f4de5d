package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.FilterException;
import nsbox.cli.output.FilterTime;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox logs`: what containers wrote, each stream to its own.
///
/// Reads what `log.h` describes, in either format.
public final class LogsCommand implements Command {
  private static final long LOOK_MILLIS = 50;
  private static final int COLORS = 6;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "logs",
            "[OPTIONS] CONTAINER...",
            "Show what containers wrote. Of several, each line begins with whose it is.",
            "TIME is 10m (ago), 1700000000, 2024-09-06 or 2024-09-06T12:05:36Z.");
    spec.addOption(flag("Give each container a color, where there are several", "--color"));
    spec.addOption(flag("Go on with what they write, until they end", "-f", "--follow"));
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addOption(flag("Begin each line with the container's name", "--names"));
    spec.addOption(text("TIME", "Only what was written then or later", "--since"));
    spec.addOption(text("N", "Only so many lines from the end (all); -1 for all", "-n", "--tail"));
    spec.addOption(flag("Begin each line with its time", "-t", "--timestamps"));
    spec.addOption(text("TIME", "Only what was written before", "--until"));
    spec.addPositional(Model.optionalParameters("CONTAINER", "Names or IDs"));
    return spec;
  }

  /// One container's log on its way to the user.
  private record Shown(ContainerFolder folder, LogReader reader, LogPrinter printer) {
    /// Prints all that is there.
    void advance() throws IOException {
      for (LogRecord record = reader.next(); record != null; record = reader.next()) {
        printer.print(record);
      }
      printer.flush();
    }

    void finish() throws IOException {
      advance();
      LogRecord rest = reader.rest();
      if (rest != null) {
        printer.print(rest);
        printer.flush();
      }
    }
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Instant now = Instant.now();
    Instant since = time("since", optional(parsed, "--since"), now);
    Instant until = time("until", optional(parsed, "--until"), now);
    LogPrinter.Wanted wanted = new LogPrinter.Wanted(isSet(parsed, "--timestamps"), since, until);
    long lines = lines(optional(parsed, "--tail"));
    boolean follows = isSet(parsed, "--follow") && (until == null || until.isAfter(now));
    session.prepare();
    List<ContainerFolder> folders = containers(parsed, session);
    List<Shown> all = new ArrayList<>();
    try {
      for (ContainerFolder folder : folders) {
        byte[] prefix =
            prefix(
                folder.record(),
                isSet(parsed, "--names"),
                folders.size() > 1,
                isSet(parsed, "--color") ? all.size() : -1);
        all.add(
            new Shown(
                folder,
                new LogReader(folder.log(), lines, follows),
                new LogPrinter(session.front(), wanted, prefix)));
      }
      if (follows) {
        follow(new ArrayList<>(all), until);
      } else {
        for (Shown shown : all) {
          shown.finish();
        }
      }
    } finally {
      for (Shown shown : all) {
        shown.reader.close();
      }
    }
    return 0;
  }

  private static void follow(List<Shown> open, Instant until)
      throws IOException, InterruptedException {
    while (!open.isEmpty()) {
      boolean over = until != null && !Instant.now().isBefore(until);
      for (Shown shown : List.copyOf(open)) {
        /* In this order: what it wrote before its end is there once the end is known. */
        if (over || ended(shown.folder)) {
          shown.finish();
          open.remove(shown);
        } else {
          shown.advance();
        }
      }
      if (!open.isEmpty()) {
        Thread.sleep(LOOK_MILLIS);
      }
    }
  }

  /* One that was never started may still be. */
  private static boolean ended(ContainerFolder folder) throws IOException {
    try {
      ContainerState state = folder.state();
      return state instanceof ContainerState.Exited
          || state instanceof ContainerState.Created && !folder.recordFile().toFile().exists();
    } catch (NoSuchFileException e) {
      return true; // removed
    }
  }

  private static List<ContainerFolder> containers(ParseResult parsed, Session session)
      throws Exception {
    List<ContainerFolder> folders = new ArrayList<>();
    List<String> names = positionals(parsed);
    if (isSet(parsed, "--latest")) {
      if (!names.isEmpty()) {
        throw new Failure("--latest and names of containers cannot be used together");
      }
      folders.add(ContainerChoice.one(parsed, session, names).folder());
    } else if (names.isEmpty()) {
      throw new Failure("requires at least 1 arg(s): no container is named");
    }
    for (String name : names) {
      folders.add(Lookup.container(session, name));
    }
    for (ContainerFolder folder : folders) {
      String driver = folder.record().logDriver();
      if (driver.equals("none") || folder.record().passesStreams()) {
        throw new Failure(
            folder.record().name()
                + ": its log driver is "
                + driver
                + ", so there is no log to be read");
      }
    }
    return folders;
  }

  private static byte[] prefix(ContainerRecord record, boolean names, boolean several, int color) {
    if (!names && !several) {
      return new byte[0];
    }
    String prefix = names ? record.name() : record.shortId();
    if (color >= 0) {
      prefix = "\u001b[" + (31 + color % COLORS) + "m" + prefix + "\u001b[0m";
    }
    return (prefix + " ").getBytes(StandardCharsets.UTF_8);
  }

  private static Instant time(String key, Optional<String> text, Instant now)
      throws FilterException {
    return text.isEmpty() ? null : FilterTime.parse(key, text.get(), now);
  }

  private static long lines(Optional<String> text) throws Failure {
    if (text.isEmpty() || text.get().equals("all")) {
      return -1;
    }
    try {
      return Long.parseLong(text.get());
    } catch (NumberFormatException e) {
      throw new Failure("--tail " + text.get() + ": expected a number of lines, or all", e);
    }
  }
}
