package nsbox.cli.oci;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.Signals;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupProcesses;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.state.ProcessIdentity;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StateFolder.Status;
import nsbox.runtime.state.StoredState;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime kill`: sends a signal to a container's first process, or to all of them.
public final class KillCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        OciModel.command("kill", "ID [SIGNAL]", "Send a signal (SIGTERM) to a container.");
    spec.addOption(flag("Send it to all of its processes", "-a", "--all"));
    spec.addPositional(Model.parameters("ID", "1..2", "The container, and a signal"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    if (words.size() > 2) {
      throw new Failure("kill takes an ID and a signal, not also " + words.get(2));
    }
    int signal = Signals.number(words.size() > 1 ? words.get(1) : "TERM");
    StateFolder folder = Containers.find(session, words.getFirst());
    boolean all = isSet(parsed, "--all");
    Status status = folder.status();
    StoredState state = Containers.state(folder);
    boolean ownPids = hasOwnPids(folder);
    if (status == Status.STOPPED && !all) {
      throw new Failure("container not running");
    }
    /* Without a pid namespace the kernel does not end the others with the first. */
    if (all || signal == Signals.KILL && !ownPids) {
      signalAll(session, folder, state, signal);
    } else {
      ProcessIdentity process = folder.process().orElseThrow();
      Instructions steps = new Instructions();
      steps.add("signal", Opcode.SIGNAL, process.pid(), process.startTime(), signal);
      Containers.run(session, "kill container " + folder.id(), steps);
    }
    if (signal == Signals.KILL) {
      Containers.thaw(folder);
    }
    return 0;
  }

  private static boolean hasOwnPids(StateFolder folder) throws IOException {
    Optional<JsonObject> linux = folder.config().optionalObject("linux");
    if (linux.isPresent()) {
      for (JsonObject namespace : linux.get().objects("namespaces")) {
        if (namespace.string("type").equals("pid")) {
          return namespace.optionalString("path").orElse("").isEmpty();
        }
      }
    }
    return false;
  }

  private static void signalAll(Session session, StateFolder folder, StoredState state, int signal)
      throws IOException, Failure {
    Instructions steps = new Instructions();
    Optional<ProcessIdentity> first = folder.process();
    if (state.cgroups().isEmpty() && first.isPresent()) {
      /* Without a cgroup nobody knows the others. */
      steps.addIgnoring(
          Instruction.ALL,
          "signal",
          Opcode.SIGNAL,
          first.get().pid(),
          first.get().startTime(),
          signal);
    }
    for (long pid : CgroupProcesses.of(state.cgroup())) {
      Optional<ProcessIdentity> process = ProcessIdentity.of((int) pid);
      if (process.isPresent()) {
        steps.addIgnoring(
            Instruction.ALL, "signal", Opcode.SIGNAL, pid, process.get().startTime(), signal);
      }
    }
    Containers.run(session, "kill container " + folder.id(), steps);
  }
}
