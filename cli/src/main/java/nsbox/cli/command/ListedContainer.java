package nsbox.cli.command;

import java.io.IOException;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;

/// One container as a command that lists has found it: what it was made as, and what it does.
///
/// @param createdNanos since the epoch
record ListedContainer(
    ContainerFolder folder, ContainerRecord record, ContainerState state, long createdNanos) {
  static ListedContainer of(ContainerFolder folder, ContainerState state) throws IOException {
    ContainerRecord record = folder.record();
    return new ListedContainer(folder, record, state, record.createdNanos());
  }

  long createdSeconds() {
    return createdNanos / 1_000_000_000;
  }
}
