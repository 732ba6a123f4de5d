package nsbox.runtime.state;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// What `start` and `delete` will do to a container, as programs beside it.
///
/// Both are known when it is created. So the C side runs them without a planner (`stored.c`), which
/// saves a JVM's start each; where anything is not as expected it asks for one after all.
final class NextCommands {
  private static final long KILLED_MILLISECONDS = 10_000;

  private final StateFolder folder;
  private final ContainerCgroup cgroup;

  NextCommands(StateFolder folder, ContainerCgroup cgroup) {
    this.folder = folder;
    this.cgroup = cgroup;
  }

  /// @param hooked whether hooks run once the container has started: they are told its pid
  /// @param scoped whether systemd has to be told of its end
  Map<String, byte[]> programs(boolean hooked, boolean scoped, Program launch) {
    Map<String, byte[]> programs = new LinkedHashMap<>();
    if (!hooked) {
      Instructions start = new Instructions();
      start.add("let it go on", Opcode.START, folder.fifo().toString());
      programs.put("start", Program.of(start).encode());
    }
    if (!scoped) {
      programs.put("delete", new Program(end().list(), List.of(), launch.teardown()).encode());
    }
    return programs;
  }

  /* Whoever is frozen takes no signal; in version 2 SIGKILL is taken all the same. */
  private Instructions end() {
    Optional<String> freezer = cgroup.isUnified() ? Optional.empty() : cgroup.directory("freezer");
    Instructions steps = new Instructions();
    steps.add(
        "end it",
        Opcode.END_PROCESS,
        folder.processFile().toString(),
        freezer.isPresent() ? List.of(freezer.get() + "/freezer.state") : List.of(),
        freezer.isPresent() ? List.of("THAWED") : List.of(),
        KILLED_MILLISECONDS);
    return steps;
  }
}
