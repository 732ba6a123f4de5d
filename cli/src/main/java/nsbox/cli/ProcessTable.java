package nsbox.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The processes of a container, as ps(1) of the host shows them.
public final class ProcessTable {
  private ProcessTable() {}

  /// All that ps(1) has to say, without the lines of other processes, as runc does it.
  ///
  /// @param options for ps(1); none for `-ef`
  /// @throws Failure if ps(1) is missing, refuses the options, or shows no PIDs
  public static String of(List<String> options, Set<Long> pids) throws Exception {
    List<String> command = new ArrayList<>(List.of("ps"));
    command.addAll(options.isEmpty() ? List.of("-ef") : options);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    Process ps;
    try {
      ps = builder.start();
    } catch (IOException e) {
      throw new Failure("cannot run ps: " + e.getMessage() + "\n  --format json does without.", e);
    }
    ps.getOutputStream().close();
    String said = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (ps.waitFor() != 0) {
      throw new Failure("ps: " + said.strip());
    }
    String[] lines = said.split("\n");
    int column = List.of(lines[0].strip().split("\\s+")).indexOf("PID");
    if (column < 0) {
      throw new Failure("cannot find the column PID in what ps prints");
    }
    StringBuilder text = new StringBuilder(lines[0]).append('\n');
    for (int i = 1; i < lines.length; i++) {
      String[] cells = lines[i].strip().split("\\s+");
      if (cells.length > column && pids.contains(Long.parseLong(cells[column]))) {
        text.append(lines[i]).append('\n');
      }
    }
    return text.toString();
  }
}
