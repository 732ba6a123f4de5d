package nsbox.runtime.plan;

import java.util.List;
import java.util.Optional;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;

/// What a monitor does beside its container.
///
/// @param lock held by the monitor as long as it lives; who takes the container over must get it
/// @param log where the container's output goes, besides those who are attached
/// @param attachSocket where clients attach to it
/// @param streams where its streams, if it has no terminal, are pipes that have names; so it
///   outlives its monitor, and another can take it over
/// @param passesStreams it has those of who asks for it, and nobody carries anything
/// @param restart when it is started again after its end
/// @param limitMilliseconds how long it may run each time; 0 for ever
/// @param more further steps of its section, such as how it is asked whether it is healthy
/// @param onceUp what the monitor does when the container runs
/// @param onceEnded what it does when the container's end is recorded, each time
public record Watch(
    Optional<String> lock,
    Optional<LogFile> log,
    Optional<String> attachSocket,
    Optional<Streams> streams,
    boolean passesStreams,
    Optional<Restart> restart,
    long limitMilliseconds,
    List<Instruction> more,
    List<Instruction> onceUp,
    List<Instruction> onceEnded) {
  /// Of a container that nobody watches.
  public static final Watch NOTHING =
      new Watch(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          false,
          Optional.empty(),
          0,
          List.of(),
          List.of(),
          List.of());

  /// A file that collects the container's output.
  ///
  /// @param driver its format: `json-file` or `k8s-file`
  /// @param maxBytes above which a new file is begun, and the old one renamed; 0 for no limit
  /// @param maxFiles how many files there may be, the newest among them; at least 1
  /// @param attributes a JSON object that each record gets; empty for none
  public record LogFile(
      String driver, String path, long maxBytes, int maxFiles, String attributes) {}

  /// Pipes with names.
  ///
  /// @param inputOnce the container's input ends with the last client that types
  public record Streams(String directory, boolean inputOnce) {}

  /// Starts after an end.
  ///
  /// @param policy `no`, where it is only if it was ended to be so; `on-failure`, `always` or
  ///   `unless-stopped`
  /// @param most how often at most; 0 for no limit
  /// @param stoppedFile is there once a user has stopped the container: it stays so then
  /// @param countFile how often it was started again
  public record Restart(String policy, long most, String stoppedFile, String countFile) {}

  boolean mayLoseMonitor() {
    return streams.isPresent();
  }

  List<Instruction> instructions(Launch.Records records) {
    Instructions watch = new Instructions();
    if (lock.isPresent()) {
      watch.add(
          "be the container's monitor",
          Opcode.CLAIM,
          lock.get(),
          records.monitor(),
          records.process());
    }
    if (log.isPresent()) {
      LogFile file = log.get();
      watch.add(
          "log its output to " + file.path() + " (" + file.driver() + ")",
          Opcode.LOG_FILE,
          file.driver(),
          file.path(),
          file.maxBytes(),
          file.maxFiles());
      if (!file.attributes().isEmpty()) {
        watch.add(
            "say in each record: " + file.attributes(), Opcode.LOG_ATTRIBUTES, file.attributes());
      }
    }
    if (passesStreams) {
      watch.add("leave it the streams of who asks for it", Opcode.PASS_STREAMS);
    }
    if (streams.isPresent()) {
      watch.add(
          "keep its streams in " + streams.get().directory(),
          Opcode.NAMED_STREAMS,
          streams.get().directory(),
          streams.get().inputOnce() ? 1 : 0);
    }
    if (attachSocket.isPresent()) {
      watch.add(
          "let clients attach at " + attachSocket.get(), Opcode.ATTACH_SOCKET, attachSocket.get());
    }
    if (restart.isPresent()) {
      Restart again = restart.get();
      watch.add(
          "start it again after its end: " + again.policy(),
          Opcode.RESTART,
          again.policy(),
          again.most(),
          again.stoppedFile(),
          again.countFile());
    }
    if (limitMilliseconds > 0) {
      watch.add("kill it after " + limitMilliseconds + " ms", Opcode.TIME_LIMIT, limitMilliseconds);
    }
    for (Instruction step : more) {
      watch.add(step);
    }
    return watch.list();
  }
}
