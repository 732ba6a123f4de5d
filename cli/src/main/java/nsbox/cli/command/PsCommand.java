package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Human;
import nsbox.cli.output.ListFormat;
import nsbox.cli.output.Table;
import nsbox.cli.output.Visible;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox ps`: lists containers, the newest first.
///
/// The table that is printed without `--format` needs no template: it is what people wait for.
public final class PsCommand implements Command {
  private static final String SPACE =
      "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}"
          + "\t{{.Status}}\t{{.Names}}";
  private static final String COLUMNS =
      "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}";

  @Override
  public CommandSpec spec() {
    CommandSpec spec = Model.command("ps", "[OPTIONS]", "List containers, the newest first.");
    spec.addOption(flag("Also those that do not run", "-a", "--all"));
    spec.addOption(
        texts(
            "KEY=VALUE",
            "List only what fits; KEY is "
                + String.join(", ", ContainerFilters.KEYS)
                + ". With status and exited also those that do not run",
            "-f",
            "--filter"));
    spec.addOption(
        text("FORMAT", "json, table TEMPLATE or a Go template for each row", "--format"));
    spec.addOption(
        text("N", "The last N that were created, also if they do not run", "-n", "--last"));
    spec.addOption(
        flag("The last one that was created, also if it does not run", "-l", "--latest"));
    spec.addOption(flag("Print no headings", "--noheading"));
    spec.addOption(flag("Cut nothing off", "--no-trunc"));
    spec.addOption(flag("Print IDs only", "-q", "--quiet"));
    spec.addOption(flag("Add what files take up: its own, and with its image's", "-s", "--size"));
    spec.addOption(text("KEY", "Order by " + ContainerOrder.KEYS, "--sort"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Optional<String> asked = optional(parsed, "--format");
    boolean quiet = isSet(parsed, "--quiet");
    Optional<ListFormat> format = Optional.empty();
    if (asked.isPresent() && !quiet) {
      String columns = isSet(parsed, "--size") ? COLUMNS + "\t{{.Size}}" : COLUMNS;
      format = Optional.of(ListFormat.parse(asked, columns));
    }
    String sort = optional(parsed, "--sort").orElse("");
    ContainerOrder.check(sort);
    long last = isSet(parsed, "--latest") ? 1 : last(optional(parsed, "--last"));
    session.prepare();
    ContainerFilters filters = ContainerFilters.parse(values(parsed, "--filter"), session);
    boolean all = isSet(parsed, "--all") || last > 0 || filters.ofAnyState();
    List<ListedContainer> rows = Listing.read(session, filters, all);
    rows.sort((a, b) -> Long.compare(b.createdNanos(), a.createdNanos()));
    if (last > 0 && rows.size() > last) {
      rows = new ArrayList<>(rows.subList(0, (int) last));
    }
    boolean full = isSet(parsed, "--no-trunc");
    if (quiet) {
      warnAboutFormat(session, asked);
      ContainerOrder.sort(rows, sort, null);
      session.front().out(ids(rows, full));
      return 0;
    }
    boolean headings = !isSet(parsed, "--noheading");
    boolean sized = isSet(parsed, "--size");
    ContainerSizes sizes =
        sized || format.isPresent() || sort.equals("size")
            ? new ContainerSizes(session.images().snapshots())
            : null;
    ContainerOrder.sort(rows, sort, sizes);
    if (format.isEmpty()) {
      session.front().out(table(rows, full, headings, sized ? sizes : null));
      return 0;
    }
    boolean whole = format.get() instanceof ListFormat.JsonLines;
    ContainerRows shown = new ContainerRows(sizes, full, sized, whole, now());
    List<JsonObject> documents = new ArrayList<>();
    for (ListedContainer row : rows) {
      documents.add(shown.row(row));
    }
    String text = format.get().print(documents, ContainerRows.headings(), headings);
    session.front().out(session.invocation().outputIsTerminal() ? Visible.lines(text) : text);
    return 0;
  }

  /// The containers in `system df -v`.
  public static String spaceTable(Session session) throws Exception {
    ContainerFilters none = ContainerFilters.parse(List.of(), session);
    List<ListedContainer> rows = Listing.read(session, none, true);
    rows.sort((a, b) -> Long.compare(b.createdNanos(), a.createdNanos()));
    ContainerSizes sizes = new ContainerSizes(session.images().snapshots());
    ContainerRows shown = new ContainerRows(sizes, false, true, true, now());
    List<JsonObject> documents = new ArrayList<>();
    for (ListedContainer row : rows) {
      documents.add(shown.row(row).put("Size", Human.size(sizes.ownBytes(row.folder()))));
    }
    return ListFormat.parse(Optional.empty(), SPACE)
        .print(documents, ContainerRows.headings(), true);
  }

  private static long last(Optional<String> text) throws Failure {
    try {
      return text.isEmpty() ? 0 : Integer.parseInt(text.get());
    } catch (NumberFormatException e) {
      throw new Failure("--last " + text.get() + ": expected a number of containers", e);
    }
  }

  private static void warnAboutFormat(Session session, Optional<String> format) throws IOException {
    if (format.isPresent()) {
      session.front().err("nsbox: --format is ignored, for --quiet prints IDs only\n");
    }
  }

  private static long now() {
    return System.currentTimeMillis() / 1000;
  }

  private static String ids(List<ListedContainer> rows, boolean full) {
    StringBuilder text = new StringBuilder();
    for (ListedContainer row : rows) {
      text.append(full ? row.glance().id() : row.glance().shortId()).append('\n');
    }
    return text.toString();
  }

  /* `sizes` is null where there is no such column. */
  private static String table(
      List<ListedContainer> rows, boolean full, boolean headings, ContainerSizes sizes)
      throws IOException {
    long now = now();
    ContainerRows texts = new ContainerRows(sizes, full, sizes != null, true, now);
    Table table = new Table();
    if (headings) {
      table.add(
          cells(
              sizes,
              "CONTAINER ID",
              "IMAGE",
              "COMMAND",
              "CREATED",
              "STATUS",
              "PORTS",
              "NAMES",
              "SIZE"));
    }
    for (ListedContainer row : rows) {
      table.add(
          cells(
              sizes,
              full ? row.glance().id() : row.glance().shortId(),
              row.glance().image(),
              ContainerRows.command(row.glance().command(), full),
              Human.duration(now - row.createdSeconds()) + " ago",
              ContainerStatus.text(row, now),
              row.ports(),
              row.glance().name(),
              sizes == null ? "" : texts.size(row)));
    }
    return table.toString();
  }

  private static String[] cells(ContainerSizes sizes, String... cells) {
    return sizes != null ? cells : java.util.Arrays.copyOf(cells, cells.length - 1);
  }
}
