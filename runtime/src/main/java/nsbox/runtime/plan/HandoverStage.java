package nsbox.runtime.plan;

import java.util.List;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.LinuxSpec;

/// What the monitor does for whoever asked for the container.
final class HandoverStage {
  private final Launch launch;
  private final Handover handover;
  private final Instructions monitor;

  HandoverStage(Launch launch, Instructions monitor) {
    this.launch = launch;
    this.handover = launch.handover();
    this.monitor = monitor;
  }

  /// Before there is a process: the paths are the host's.
  void connect() {
    if (handover.startFifo().isPresent()) {
      monitor.add(
          "make the FIFO that start writes to", Opcode.START_FIFO, handover.startFifo().get());
    }
    if (handover.consoleSocket().isPresent()) {
      monitor.add(
          "connect to the console socket " + handover.consoleSocket().get(),
          Opcode.CONSOLE_SOCKET,
          handover.consoleSocket().get());
    }
  }

  /// Once the container's process is what it was meant to be.
  void give(HookStage hooks) throws JsonException {
    listener(hooks);
    give();
    if (handover.startFifo().isEmpty()) {
      hooks.add(monitor, "poststart", launch.spec().hooks().poststart(), "running", List.of(), 0);
    }
  }

  /// Once a further process of the container is.
  void give() {
    monitor.add(
        handover.startFifo().isPresent()
            ? "wait until the container is made"
            : "wait until the program has started",
        Opcode.AWAIT_EXEC);
    if (handover.pidfdSocket().isPresent()) {
      monitor.add(
          "send a pidfd to " + handover.pidfdSocket().get(),
          Opcode.PIDFD_SOCKET,
          handover.pidfdSocket().get());
    }
    if (handover.pidFile().isPresent()) {
      monitor.add(
          "write the pid to " + handover.pidFile().get(),
          Opcode.PID_FILE,
          handover.pidFile().get());
    }
  }

  /* An agent on the host answers for the calls that the filter asks about. */
  private void listener(HookStage hooks) throws JsonException {
    LinuxSpec linux = launch.spec().linux();
    Optional<String> path = launch.seccompFilter().listenerPath(linux);
    if (path.isEmpty()) {
      return;
    }
    String metadata = linux.seccomp().optionalString("listenerMetadata").orElse("");
    JsonObject before =
        new JsonObject()
            .put("ociVersion", Features.NEWEST_VERSION)
            .put("fds", List.of("seccompFd"))
            .put("metadata", metadata);
    String text = Json.text(before);
    monitor.add("wait for the listener of the filter", Opcode.AWAIT_LISTENER);
    monitor.add(
        "send the listener of the filter to " + path.get(),
        Opcode.SEND_LISTENER,
        path.get(),
        text.substring(0, text.length() - 1) + ",\"pid\":",
        ",\"state\":" + hooks.stateOfUnknownPid() + "}");
  }
}
