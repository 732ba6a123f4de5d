package nsbox.cli.system;

import java.io.IOException;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Human;
import nsbox.cli.output.Table;
import nsbox.engine.Cleanup;
import nsbox.engine.DiskUse;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox system df`: what lies on the disk, and what of it could go.
public final class DfCommand implements Command {
  @Override
  public CommandSpec spec() {
    return Model.command(
        "system df",
        "",
        "Show how much space images and containers take.",
        "SIZE of images is that of all blobs as they are stored, of unpacked layers, and of"
            + " downloads that are not finished. RECLAIMABLE is what 'nsbox image prune -a' frees.");
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    Cleanup cleanup = new Cleanup(session.images(), session.containers());
    DiskUse use = DiskUse.of(session.roots(), session.images(), session.containers(), cleanup);
    Table table = new Table("TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE");
    for (DiskUse.Row row : List.of(use.images(), use.containers())) {
      table.add(
          row.type(),
          Long.toString(row.total()),
          Long.toString(row.active()),
          Human.size(row.bytes()),
          reclaimable(row));
    }
    session.front().out(table.toString());
    return 0;
  }

  private static String reclaimable(DiskUse.Row row) throws IOException {
    String size = Human.size(row.reclaimableBytes());
    return row.bytes() == 0
        ? size
        : size + " (" + 100 * row.reclaimableBytes() / row.bytes() + "%)";
  }
}
