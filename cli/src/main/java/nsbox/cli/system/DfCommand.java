package nsbox.cli.system;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.command.PsCommand;
import nsbox.cli.image.ImagesCommand;
import nsbox.cli.output.Human;
import nsbox.cli.output.ListFormat;
import nsbox.cli.output.TemplateMethod;
import nsbox.cli.volume.VolumeListCommand;
import nsbox.engine.Cleanup;
import nsbox.engine.DiskUse;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox system df`: what lies on the disk, and what of it could go.
public final class DfCommand implements Command {
  private static final String COLUMNS =
      "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}";

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "system df",
            "[OPTIONS]",
            "Show how much space images, containers and volumes take.",
            "SIZE of images is that of all blobs as they are stored, of unpacked layers, and of"
                + " downloads that are not finished; of containers that of all their files, with"
                + " their logs. RECLAIMABLE is what 'nsbox image prune -a' frees, and what removing"
                + " the containers that do not run, and volumes that no container uses, would.");
    spec.addOption(
        text("FORMAT", "json, table TEMPLATE or a Go template for each row", "--format"));
    spec.addOption(flag("List each image, container and volume", "-v", "--verbose"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    ListFormat format = ListFormat.parse(optional(parsed, "--format"), COLUMNS);
    boolean verbose = isSet(parsed, "--verbose");
    if (verbose && optional(parsed, "--format").isPresent()) {
      throw new Failure("cannot combine --format and --verbose flags");
    }
    session.prepare();
    if (verbose) {
      session
          .front()
          .out(
              "Images space usage:\n\n"
                  + ImagesCommand.spaceTable(session)
                  + "\nContainers space usage:\n\n"
                  + PsCommand.spaceTable(session)
                  + "\nLocal Volumes space usage:\n\n"
                  + VolumeListCommand.spaceTable(session));
      return 0;
    }
    Cleanup cleanup = new Cleanup(session.images(), session.containers());
    DiskUse use = DiskUse.of(session.roots(), session.images(), session.containers(), cleanup);
    List<JsonObject> rows = new ArrayList<>();
    for (DiskUse.Row row : List.of(use.images(), use.containers(), use.volumes())) {
      rows.add(document(row));
    }
    session.front().out(format.print(rows, headings(), true));
    return 0;
  }

  private static Map<String, String> headings() {
    Map<String, String> headings = new LinkedHashMap<>();
    headings.put("Active", "ACTIVE");
    headings.put("Reclaimable", "RECLAIMABLE");
    headings.put("Size", "SIZE");
    headings.put("TotalCount", "TOTAL");
    headings.put("Type", "TYPE");
    headings.put("RawReclaimable", "RECLAIMABLE");
    headings.put("RawSize", "SIZE");
    headings.put("Total", "TOTAL");
    return headings;
  }

  /* Docker's members; then podman's, with sizes in bytes. */
  private static JsonObject document(DiskUse.Row row) {
    return new JsonObject()
        .put("Active", Long.toString(row.active()))
        .put("Reclaimable", reclaimable(row))
        .put("Size", Human.size(row.bytes()))
        .put("TotalCount", Long.toString(row.total()))
        .put("Type", row.type())
        .put("RawReclaimable", TemplateMethod.of(row.reclaimableBytes()))
        .put("RawSize", TemplateMethod.of(row.bytes()))
        .put("Total", TemplateMethod.of(row.total()));
  }

  private static String reclaimable(DiskUse.Row row) {
    String size = Human.size(row.reclaimableBytes());
    return row.bytes() == 0
        ? size
        : size + " (" + 100 * row.reclaimableBytes() / row.bytes() + "%)";
  }
}
