package nsbox.cli.command;

import java.io.IOException;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerGlance;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import nsbox.engine.Health;

/// One container as a command that lists has found it: what it was made as, and what it does.
record ListedContainer(ContainerFolder folder, ContainerGlance glance, ContainerState state) {
  ContainerRecord record() throws IOException {
    return glance.record();
  }

  /// How it fares: `starting`, `healthy` or `unhealthy`; empty where it does not run or nobody
  /// asks.
  String health() throws IOException {
    return glance.isAskedForHealth() && state instanceof ContainerState.Running
        ? Health.status(folder)
        : "";
  }

  /// Its ports, as docker prints them; none where it does not run.
  String ports() throws IOException {
    return state instanceof ContainerState.Running
        ? PortTexts.column(glance.exposedPorts(), glance.ports())
        : "";
  }

  /// Since the epoch.
  long createdNanos() {
    return glance.createdNanos();
  }

  /// Since the epoch.
  long createdSeconds() {
    return glance.createdSeconds();
  }
}
