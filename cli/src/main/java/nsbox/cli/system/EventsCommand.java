package nsbox.cli.system;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.FilterException;
import nsbox.cli.output.FilterTime;
import nsbox.cli.output.GoTemplate;
import nsbox.cli.output.JsonForm;
import nsbox.cli.output.TemplateException;
import nsbox.cli.output.Visible;
import nsbox.engine.EventReader;
import nsbox.engine.Events;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox events`: what happens to containers and images, as it happens.
public final class EventsCommand implements Command {
  private static final long LOOK_MILLIS = 100;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "events",
            "[OPTIONS]",
            "Print what happens to containers and images, until the time of --until or an"
                + " interrupt.",
            "TIME is 10m (ago), 1700000000, 2024-09-06 or 2024-09-06T12:05:36Z.");
    spec.addOption(
        texts(
            "KEY=VALUE",
            "Print only what fits; KEY is " + String.join(", ", EventFilters.KEYS),
            "-f",
            "--filter"));
    spec.addOption(text("FORMAT", "json or a Go template for each event", "--format"));
    spec.addOption(flag("End after what has happened so far", "--no-stream"));
    spec.addOption(text("TIME", "Begin with what happened then, not now", "--since"));
    spec.addOption(flag("Nothing to ask for: nothing is cut off", "--no-trunc"));
    spec.addOption(text("BOOL", "false means --no-stream", "--stream"));
    spec.addOption(text("TIME", "End with what happened until then", "--until"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Instant now = Instant.now();
    EventFilters filters = EventFilters.parse(values(parsed, "--filter"));
    Optional<Instant> since = time("since", optional(parsed, "--since"), now);
    Optional<Instant> until = time("until", optional(parsed, "--until"), now);
    Printer printer = Printer.of(session, optional(parsed, "--format"));
    boolean once = isSet(parsed, "--no-stream") || !streams(optional(parsed, "--stream"));
    Events events = session.events();
    boolean past = since.isPresent() || once || until.isPresent() && !until.get().isAfter(now);
    session.roots().create();
    try (EventReader reader = past ? EventReader.fromStart(events) : EventReader.fromNow(events)) {
      while (true) {
        Instant looked = Instant.now();
        for (JsonObject record : reader.next()) {
          Optional<Event> event = event(record);
          if (event.isPresent()
              && (since.isEmpty() || !event.get().moment().isBefore(since.get()))
              && (until.isEmpty() || event.get().moment().isBefore(until.get()))
              && filters.fits(event.get())) {
            printer.print(event.get());
          }
        }
        if (once || until.isPresent() && !looked.isBefore(until.get())) {
          return 0;
        }
        Thread.sleep(LOOK_MILLIS);
      }
    }
  }

  /* Whatever is not an event has been written by nobody of ours. */
  private static Optional<Event> event(JsonObject record) throws IOException {
    try {
      return Event.of(record);
    } catch (JsonException e) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> time(String key, Optional<String> text, Instant now)
      throws FilterException {
    return text.isEmpty() ? Optional.empty() : Optional.of(FilterTime.parse(key, text.get(), now));
  }

  private static boolean streams(Optional<String> text) throws Failure {
    return switch (text.orElse("true")) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new Failure("--stream " + text.get() + ": expected true or false");
    };
  }

  /// @param template empty for a line or JSON
  private record Printer(Session session, boolean json, Optional<GoTemplate> template) {
    static Printer of(Session session, Optional<String> format) throws TemplateException {
      boolean json = format.isPresent() && format.get().strip().equals("json");
      return new Printer(
          session,
          json,
          format.isPresent() && !json
              ? Optional.of(GoTemplate.parse(format.get()))
              : Optional.empty());
    }

    void print(Event event) throws IOException, TemplateException {
      String text =
          template.isPresent()
              ? template.get().render(event.fields())
              : json ? JsonForm.compact(event.json()) : event.line();
      session
          .front()
          .out((session.invocation().outputIsTerminal() ? Visible.lines(text) : text) + "\n");
    }
  }
}
