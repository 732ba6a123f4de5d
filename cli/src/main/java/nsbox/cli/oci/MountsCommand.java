package nsbox.cli.oci;

import static nsbox.cli.Model.positionals;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.command.LaunchFailure;
import nsbox.engine.Front;
import nsbox.json.Json;
import nsbox.runtime.plan.ExecPlan;
import nsbox.runtime.plan.MountsPlan;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.MountSpec;
import nsbox.runtime.state.ExecLaunch;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StateFolder.Status;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime mounts add` and `remove`, as crun has them: changes what is mounted in a
/// container that runs.
public final class MountsCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        OciModel.command(
            "mounts",
            "add|remove ID FILE",
            "Change what is mounted in a container. FILE has the member mounts, as config.json has"
                + " it; to remove them, only their destinations count.");
    spec.addPositional(
        Model.parameters("ARGUMENT", "3..*", "add or remove, the container, the file"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    boolean adds = words.getFirst().equals("add");
    if (!adds && !words.getFirst().equals("remove") || words.size() != 3) {
      throw new Failure("mounts takes add or remove, an ID and a file");
    }
    Path file = session.path(words.get(2));
    List<MountSpec> mounts =
        MountSpec.parseAll(Json.parse(Files.readAllBytes(file), file.toString()));
    StateFolder folder = Containers.find(session, words.get(1));
    try (FileChannel _ = folder.lock()) {
      if (folder.status() == Status.STOPPED) {
        throw new Failure("container not running");
      }
      ExecPlan.Target target = ExecLaunch.target(folder, Containers.state(folder).cgroup());
      if (!target.hasMountNamespace()) {
        throw new Failure(
            "container " + folder.id() + " has the host's mounts; nsbox never changes those");
      }
      Program program = adds ? MountsPlan.add(target, mounts) : MountsPlan.remove(target, mounts);
      Front.Outcome outcome = session.front().launch(program, Front.Stay.NOT);
      if (!outcome.succeeded()) {
        throw LaunchFailure.of("change the mounts of container " + folder.id(), program, outcome);
      }
    }
    return 0;
  }
}
