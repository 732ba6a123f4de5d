package nsbox.cli.volume;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Human;
import nsbox.cli.output.ListFormat;
import nsbox.engine.Volume;
import nsbox.engine.Volumes;
import nsbox.json.JsonObject;
import nsbox.snapshot.TreeSize;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox volume ls`: lists volumes by name.
public final class VolumeListCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = Model.command("volume ls", "[OPTIONS]", "List volumes.");
    spec.addOption(flag("Print names only", "-q", "--quiet"));
    spec.addOption(flag("Print no headings", "-n", "--noheading"));
    spec.addOption(
        text("FORMAT", "json, table TEMPLATE or a Go template for each row", "--format"));
    spec.addOption(
        texts(
            "KEY=VALUE",
            "List only what fits: dangling, driver, label, name, anonymous, until",
            "-f",
            "--filter"));
    return spec;
  }

  /// The volumes in `system df -v`.
  public static String spaceTable(Session session) throws Exception {
    Volumes volumes = VolumeLookup.volumes(session);
    List<JsonObject> rows = new ArrayList<>();
    for (Volume volume : volumes.list()) {
      rows.add(
          VolumeRows.row(volume, volumes.users(volume).size())
              .put("Size", Human.size(TreeSize.bytes(volume.data()))));
    }
    return ListFormat.parse(Optional.empty(), "{{.Name}}\t{{.Links}}\t{{.Size}}")
        .print(rows, VolumeRows.HEADINGS, true);
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Optional<String> asked = optional(parsed, "--format");
    ListFormat format = ListFormat.parse(asked, VolumeRows.COLUMNS);
    VolumeFilters filters = VolumeFilters.parse(values(parsed, "--filter"));
    session.prepare();
    Volumes volumes = VolumeLookup.volumes(session);
    List<JsonObject> rows = new ArrayList<>();
    StringBuilder names = new StringBuilder();
    for (Volume volume : volumes.list()) {
      int users = volumes.users(volume).size();
      if (filters.fits(volume, users > 0)) {
        rows.add(VolumeRows.row(volume, users));
        names.append(volume.name()).append('\n');
      }
    }
    session
        .front()
        .out(
            isSet(parsed, "--quiet") && asked.isEmpty()
                ? names.toString()
                : format.print(rows, VolumeRows.HEADINGS, !isSet(parsed, "--noheading")));
    return 0;
  }
}
