package nsbox.engine;

import nsbox.runtime.state.ProcessIdentity;

/// What a container is doing, derived from what runs and not from what was once written down.
public sealed interface ContainerState {

  /// It was never started, or is just being started.
  record Created() implements ContainerState {}

  /// @param sinceSeconds when its process was recorded, since the epoch
  /// @param paused its processes are frozen, on behalf of a user
  record Running(
      ProcessIdentity process, ProcessIdentity monitor, long sinceSeconds, boolean paused)
      implements ContainerState {}

  /// Its monitor waits to start it again.
  record Restarting(ProcessIdentity monitor, int exitCode, long atSeconds)
      implements ContainerState {}

  /// @param exitCode its own, or 128 plus the signal that ended it; 255 where nobody saw the end
  /// @param atSeconds since the epoch
  record Exited(int exitCode, long atSeconds) implements ContainerState {}

  /// As docker's `State.Status`.
  default String word() {
    if (this instanceof Running running) {
      return running.paused() ? "paused" : "running";
    }
    if (this instanceof Exited) {
      return "exited";
    }
    return this instanceof Restarting ? "restarting" : "created";
  }
}
