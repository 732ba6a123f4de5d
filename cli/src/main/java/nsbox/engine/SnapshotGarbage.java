package nsbox.engine;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import nsbox.image.Collected;
import nsbox.image.Digest;
import nsbox.snapshot.Snapshots;

/// Snapshots that are no layer of any image in use, nor of any container, nor mounted.
///
/// They are only taken out of sight, for others wait for the store meanwhile; a sweep of the
/// snapshots has to follow.
final class SnapshotGarbage implements Collected.Sibling {
  private final Snapshots snapshots;
  private final Containers containers;

  SnapshotGarbage(Snapshots snapshots, Containers containers) {
    this.snapshots = snapshots;
    this.containers = containers;
  }

  @Override
  public long collect(List<List<Digest>> images, boolean remove) throws IOException {
    Set<String> used = new HashSet<>();
    for (List<Digest> diffIds : images) {
      used.addAll(Images.chainIds(diffIds));
    }
    for (ContainerFolder folder : containers.list()) {
      try {
        ContainerRecord record = folder.record();
        used.addAll(record.layers());
        used.addAll(ContainerTrees.layers(record));
      } catch (NoSuchFileException e) {
        continue; // just removed
      } catch (DamagedContainerException e) {
        /* Nobody can tell what it stands on; nothing goes before it does. */
        if (remove) {
          throw e;
        }
      }
    }
    MountTable mounts = MountTable.read();
    long bytes = 0;
    List<String> unused = new ArrayList<>();
    for (String chainId : snapshots.list()) {
      Path files = snapshots.directory(chainId);
      String mounted = "/" + files.getParent().getFileName() + "/" + files.getFileName();
      if (!used.contains(chainId) && !mounts.mentions(mounted)) {
        OptionalLong content = snapshots.contentBytes(chainId);
        bytes += content.isPresent() ? content.getAsLong() : snapshots.sizeBytes(chainId);
        unused.add(chainId);
      }
    }
    if (remove) {
      snapshots.hide(unused);
    }
    return bytes;
  }
}
