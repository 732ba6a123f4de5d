package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerState;
import nsbox.engine.Front;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.state.ProcessIdentity;

/// Learns how containers end, also those that leave nothing behind.
final class Ends {
  /// As many as one instruction takes.
  private static final int AT_ONCE = 32;

  private static final int MONITOR_MILLISECONDS = 1000;
  private static final int UNKNOWN = 255;

  private final Session session;

  Ends(Session session) {
    this.session = session;
  }

  /// Prints the exit code of each, once it has one.
  ///
  /// @param folders null for a container that is not there: -1
  void print(List<ContainerFolder> folders) throws IOException, Failure {
    for (int i = 0; i < folders.size(); i += AT_ONCE) {
      for (int code : codes(folders.subList(i, Math.min(folders.size(), i + AT_ONCE)))) {
        session.front().out(code + "\n");
      }
    }
  }

  private List<Integer> codes(List<ContainerFolder> folders) throws IOException, Failure {
    List<ContainerState> states = new ArrayList<>();
    List<String> processes = new ArrayList<>();
    for (ContainerFolder folder : folders) {
      ContainerState state = folder == null ? new ContainerState.Exited(-1, 0) : folder.state();
      states.add(state);
      if (state instanceof ContainerState.Running running) {
        processes.add(running.process().text().strip());
      }
    }
    String[] ends = await(processes);
    List<Integer> codes = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < states.size(); i++) {
      if (states.get(i) instanceof ContainerState.Running running) {
        codes.add(code(ends[next++], folders.get(i), running));
      } else {
        codes.add(known(states.get(i)));
      }
    }
    return codes;
  }

  private static int known(ContainerState state) {
    if (state instanceof ContainerState.Exited exited) {
      return exited.exitCode();
    }
    return state instanceof ContainerState.Restarting restarting ? restarting.exitCode() : 0;
  }

  private String[] await(List<String> processes) throws IOException, Failure {
    if (processes.isEmpty()) {
      return new String[0];
    }
    Instructions steps = new Instructions();
    steps.add("wait for their ends", Opcode.AWAIT_EXITS, processes);
    Front.Outcome outcome = session.front().run(Program.of(steps).encode());
    if (!outcome.succeeded()) {
      throw new Failure("cannot wait for the containers: " + Errno.text(outcome.errno()));
    }
    return outcome.detail().strip().split(" ");
  }

  /* The kernel tells it, or what the monitor wrote where that is older. Its files are in order once the
   * monitor is gone, which a restart policy may keep from going. */
  private int code(String end, ContainerFolder folder, ContainerState.Running running)
      throws IOException {
    ProcessIdentity monitor = running.monitor();
    Instructions steps = new Instructions();
    steps.addIgnoring(
        Instruction.ALL,
        "wait for its monitor",
        Opcode.AWAIT_EXIT,
        monitor.pid(),
        monitor.startTime(),
        MONITOR_MILLISECONDS);
    session.front().run(Program.of(steps).encode());
    if (!end.equals("-")) {
      return Integer.parseInt(end);
    }
    try {
      return folder.state() instanceof ContainerState.Exited exited ? exited.exitCode() : UNKNOWN;
    } catch (NoSuchFileException e) {
      return UNKNOWN;
    }
  }
}
