package nsbox.cli.volume;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Volume;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox volume rm`: removes volumes that no container uses.
public final class VolumeRmCommand implements Command {
  private static final int MISSING = 1;

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
    int code = 0;
    for (String name : names) {
      try {
        Volume volume = VolumeLookup.volume(session, name);
        VolumeLookup.remove(session, volume);
        session.front().out(volume.name() + "\n");
      } catch (Failure e) {
        if (isSet(parsed, "--force") && e.exitCode() == MISSING) {
          continue;
        }
        session.front().err("nsbox: " + e.getMessage() + "\n");
        code = e.exitCode();
      }
    }
    VolumeLookup.removeFiles(session, VolumeLookup.volumes(session).rubbish());
    return code;
  }
}
