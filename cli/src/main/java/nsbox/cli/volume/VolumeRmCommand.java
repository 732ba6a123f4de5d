package nsbox.cli.volume;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.named.EachName;
import nsbox.engine.Volume;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox volume rm`: removes volumes that no container uses.
public final class VolumeRmCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command("volume rm", "[OPTIONS] VOLUME...", "Remove volumes that no container uses.");
    spec.addOption(flag("All that no container uses", "-a", "--all"));
    spec.addOption(flag("Be content if a volume is not there", "-f", "--force"));
    spec.addPositional(Model.optionalParameters("VOLUME", "Names"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    boolean all = isSet(parsed, "--all");
    List<String> names = new ArrayList<>(positionals(parsed));
    if (all != names.isEmpty()) {
      throw new Failure("volume rm needs either names or --all");
    }
    session.prepare();
    if (all) {
      for (Volume volume : VolumeLookup.volumes(session).list()) {
        names.add(volume.name());
      }
    }
    int code =
        EachName.run(
            session.front(),
            names,
            isSet(parsed, "--force") ? OptionalInt.of(VolumeLookup.MISSING) : OptionalInt.empty(),
            name -> {
              Volume volume = VolumeLookup.volume(session, name);
              VolumeLookup.remove(session, volume);
              session.front().out(volume.name() + "\n");
            });
    VolumeLookup.removeFiles(session, VolumeLookup.volumes(session).rubbish());
    return code;
  }
}
