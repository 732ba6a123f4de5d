package nsbox.runtime.plan;

import java.util.List;
import java.util.Optional;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;

/// What a monitor does beside its container.
///
/// @param log where the container's output goes, besides those who are attached
public record Watch(Optional<LogFile> log) {
  /// Of a container that nobody watches.
  public static final Watch NOTHING = new Watch(Optional.empty());

  /// A file that collects the container's output.
  ///
  /// @param driver its format: `json-file` or `k8s-file`
  /// @param maxBytes above which a new file is begun, and the old one renamed; 0 for no limit
  /// @param maxFiles how many files there may be, the newest among them; at least 1
  public record LogFile(String driver, String path, long maxBytes, int maxFiles) {}

  List<Instruction> instructions() {
    Instructions watch = new Instructions();
    if (log.isPresent()) {
      LogFile file = log.get();
      watch.add(
          "log its output to " + file.path() + " (" + file.driver() + ")",
          Opcode.LOG_FILE,
          file.driver(),
          file.path(),
          file.maxBytes(),
          file.maxFiles());
    }
    return watch.list();
  }
}
