package nsbox.runtime.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.IntelRdt;
import nsbox.runtime.spec.UnsupportedSpecException;

/// The container's group of resctrl.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#intelrdt
final class IntelRdtStage {
  private static final int MODE = 0755;

  private final Optional<IntelRdt> rdt;
  private final String id;
  private final Path resctrl;

  /// @param id of the container
  /// @param resctrl where the host has it mounted, if it has
  IntelRdtStage(Optional<IntelRdt> rdt, String id, Path resctrl) {
    this.rdt = rdt;
    this.id = id;
    this.resctrl = resctrl;
  }

  static IntelRdtStage of(Launch launch) {
    return new IntelRdtStage(
        launch.spec().linux().intelRdt(), launch.id(), Path.of("/sys/fs/resctrl"));
  }

  private Path group() {
    String closId = rdt.get().closId();
    return closId.equals("/") ? resctrl : resctrl.resolve(closId.isEmpty() ? id : closId);
  }

  private Path monitoring() {
    return group().resolve("mon_groups").resolve(id);
  }

  /// Makes the group, or makes sure that it is as it should be.
  void create(Instructions monitor) throws UnsupportedSpecException {
    if (rdt.isEmpty()) {
      return;
    }
    if (!Files.exists(resctrl.resolve("schemata"))) {
      throw new UnsupportedSpecException(
          "linux.intelRdt", "no resctrl is mounted on " + resctrl + " of this host");
    }
    List<String> lines = lines();
    if (Files.isDirectory(group())) {
      compare(lines);
    } else if (!rdt.get().closId().isEmpty() && lines.isEmpty() && schemata().isEmpty()) {
      throw new UnsupportedSpecException(
          "linux.intelRdt.closID", rdt.get().closId() + " is no group of " + resctrl);
    } else {
      monitor.add("create the resctrl group " + group(), Opcode.MKDIR, group().toString(), MODE);
      write(monitor, lines);
    }
    write(monitor, schemata());
    if (rdt.get().enableMonitoring()) {
      monitor.add(
          "have the container counted in " + monitoring(),
          Opcode.MKDIR,
          monitoring().toString(),
          MODE);
    }
  }

  private List<String> schemata() {
    return rdt.get().schemata();
  }

  private void write(Instructions monitor, List<String> lines) {
    if (!lines.isEmpty()) {
      monitor.write(
          "share by " + lines,
          group().resolve("schemata").toString(),
          String.join("\n", lines) + "\n");
    }
  }

  /* Where both say something of the bandwidth, its own member counts. */
  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (String line : rdt.get().l3CacheSchema().split("\n")) {
      if (!line.isEmpty() && (rdt.get().memBwSchema().isEmpty() || !line.startsWith("MB:"))) {
        lines.add(line);
      }
    }
    if (!rdt.get().memBwSchema().isEmpty()) {
      lines.add(rdt.get().memBwSchema());
    }
    return lines;
  }

  /* A group that is there may be another's, who counts on what it says. */
  private void compare(List<String> wanted) throws UnsupportedSpecException {
    if (wanted.isEmpty()) {
      return;
    }
    List<String> there = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(group().resolve("schemata"))) {
        there.add(line.strip());
      }
    } catch (IOException e) {
      throw new UnsupportedSpecException("linux.intelRdt", "cannot read " + group() + ": " + e);
    }
    for (String line : wanted) {
      if (!there.contains(line.strip())) {
        throw new UnsupportedSpecException(
            "linux.intelRdt", group() + " is there and has " + there + ", not " + line);
      }
    }
  }

  /// Puts the container's process into it; children follow.
  void join(Instructions init) {
    if (rdt.isEmpty()) {
      return;
    }
    init.write("join the resctrl group " + group(), group().resolve("tasks").toString(), "0");
    if (rdt.get().enableMonitoring()) {
      init.write("be counted in " + monitoring(), monitoring().resolve("tasks").toString(), "0");
    }
  }

  /// Takes away what is the container's alone: a group with a name of its own may be another's too.
  void remove(Instructions teardown) {
    if (rdt.isEmpty()) {
      return;
    }
    if (rdt.get().enableMonitoring()) {
      remove(teardown, monitoring());
    }
    if (rdt.get().closId().isEmpty()) {
      remove(teardown, group());
    }
  }

  private static void remove(Instructions teardown, Path directory) {
    teardown.addIgnoring(
        Instruction.MISSING,
        "remove the resctrl group " + directory,
        Opcode.RMDIR,
        directory.toString());
  }
}
