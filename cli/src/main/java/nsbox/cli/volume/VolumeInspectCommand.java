package nsbox.cli.volume;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.named.EachName;
import nsbox.cli.output.InspectFormat;
import nsbox.engine.Volume;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox volume inspect`: all that is known of volumes.
public final class VolumeInspectCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "volume inspect",
            "[OPTIONS] VOLUME...",
            "Show all that is known of volumes, as a list of JSON objects.");
    spec.addOption(flag("All volumes", "-a", "--all"));
    spec.addOption(text("FORMAT", "json or a Go template for each volume", "-f", "--format"));
    spec.addPositional(Model.optionalParameters("VOLUME", "Names"));
    return spec;
  }

  /// What is shown of a volume, by its whole name; nothing if there is none.
  public static Optional<JsonObject> document(Session session, String name) throws IOException {
    Optional<Volume> volume = VolumeLookup.volumes(session).find(name);
    return volume.isEmpty() ? Optional.empty() : Optional.of(VolumeRows.document(volume.get()));
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    InspectFormat format = InspectFormat.parse(optional(parsed, "--format"));
    boolean all = isSet(parsed, "--all");
    List<String> names = positionals(parsed);
    if (all != names.isEmpty()) {
      throw new Failure("volume inspect needs either names or --all");
    }
    session.prepare();
    List<JsonObject> shown = new ArrayList<>();
    if (all) {
      for (Volume volume : VolumeLookup.volumes(session).list()) {
        shown.add(VolumeRows.document(volume));
      }
    }
    int code =
        EachName.run(
            session.front(),
            names,
            name -> shown.add(VolumeRows.document(VolumeLookup.volume(session, name))));
    session.front().out(format.print(shown));
    return code;
  }
}
