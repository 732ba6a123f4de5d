package nsbox.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.runtime.plan.Watch;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;

/// What the monitor of a container does beside it, as its record asks for.
final class ContainerWatch {
  private ContainerWatch() {}

  /// @param events that the monitor records
  /// @param ports how it takes those of the host that lead to the container
  /// @param health how it is asked whether the container is healthy; nothing where nobody asks
  /// @param apart the monitor is another process than the user's `nsbox`
  /// @param attached the user's `nsbox` stays with it
  /// @param notifySocket that the monitor tells of itself; empty for none
  static Watch of(
      ContainerFolder folder,
      ContainerRecord record,
      EventSteps events,
      List<Instruction> ports,
      List<Instruction> health,
      boolean apart,
      boolean attached,
      String notifySocket)
      throws IOException {
    Instructions onceUp = new Instructions();
    Instructions onceEnded = new Instructions();
    onceUp.add(
        "record when the container was started",
        Opcode.RECORD_STARTED,
        folder.startedFile().toString(),
        folder.exitFile().toString());
    if (record.monitorPidFile().isPresent()) {
      onceUp.add(
          "write the monitor's pid to " + record.monitorPidFile().get(),
          Opcode.MONITOR_PID_FILE,
          record.monitorPidFile().get());
    }
    if (!health.isEmpty()) {
      onceUp.add("say that it is starting", Opcode.HEALTH_START, folder.healthFile().toString());
    }
    events.start(onceUp);
    events.end(onceEnded);
    if (!notifySocket.isEmpty()) {
      onceUp.addIgnoring(
          Instruction.WARN,
          "tell " + notifySocket + " whose process this is",
          Opcode.NOTIFY,
          notifySocket,
          record.serviceNotify().equals("conmon") ? "\nREADY=1" : "");
    }
    List<Instruction> more = new ArrayList<>(ports);
    more.addAll(health);
    return new Watch(
        Optional.of(folder.monitorLockFile().toString()),
        log(folder, record),
        Optional.of(folder.attachSocket().toString()),
        apart && !record.passesStreams()
            ? Optional.of(
                new Watch.Streams(folder.running().toString(), attached && record.keepInput()))
            : Optional.empty(),
        record.passesStreams(),
        !record.mayRestart()
            ? Optional.empty()
            : Optional.of(
                new Watch.Restart(
                    record.restartPolicy(),
                    record.restartMost(),
                    folder.stoppedFile().toString(),
                    folder.restartsFile().toString())),
        record.limitMilliseconds(),
        more,
        onceUp.list(),
        onceEnded.list());
  }

  private static Optional<Watch.LogFile> log(ContainerFolder folder, ContainerRecord record)
      throws IOException {
    String driver = record.logDriver();
    if (driver.equals("none") || record.passesStreams()) {
      return Optional.empty();
    }
    return Optional.of(
        new Watch.LogFile(
            driver,
            folder.log().toString(),
            record.logMaxBytes(),
            record.logMaxFiles(),
            record.logAttributes()));
  }
}
