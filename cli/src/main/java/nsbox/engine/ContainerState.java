package nsbox.engine;

import nsbox.runtime.state.ProcessIdentity;

/// What a container is doing, derived from what runs and not from what was once written down.
public sealed interface ContainerState {

  /// Its files are there, its first process is not yet.
  record Created() implements ContainerState {}

  /// @param sinceSeconds when its process was recorded, since the epoch
  record Running(ProcessIdentity process, ProcessIdentity monitor, long sinceSeconds)
      implements ContainerState {}

  /// @param exitCode its own, or 128 plus the signal that ended it; 255 where nobody saw the end
  /// @param atSeconds since the epoch
  record Exited(int exitCode, long atSeconds) implements ContainerState {}
}
