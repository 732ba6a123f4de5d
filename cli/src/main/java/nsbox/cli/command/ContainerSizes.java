package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.snapshot.Snapshots;
import nsbox.snapshot.TreeSize;

/// How large containers are, in bytes: what they wrote, and that with their image.
final class ContainerSizes {
  private final Snapshots snapshots;

  ContainerSizes(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  /// The length of all files of its own.
  long ownBytes(ContainerFolder folder) throws IOException {
    long bytes = 0;
    for (Path tree : folder.trees()) {
      bytes += TreeSize.bytes(tree);
    }
    return bytes;
  }

  /// With the files of all layers, as `nsbox images` counts them. A driver that copies layers has
  /// them among the container's own.
  long wholeBytes(ContainerFolder folder, ContainerRecord record) throws IOException {
    long bytes = ownBytes(folder);
    if (record.driver().equals("overlay")) {
      for (String chain : record.layers()) {
        bytes += snapshots.contentBytes(chain).orElse(0);
      }
    }
    return bytes;
  }
}
