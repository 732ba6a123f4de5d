package nsbox.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.linux.Fd;
import nsbox.linux.Linux;

/// Layers copied on top of each other into a plain directory, for file systems on which overlayfs
/// cannot write, and for trees that others take over.
///
/// The folder of a tree holds `rootfs`. Files share their blocks with the layers where the file
/// system can do that.
public final class CopyDriver implements Driver {
  static final String NAME = "copy";

  private static final String ROOTFS = "rootfs";

  private final Snapshots snapshots;

  public CopyDriver(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void prepare(List<String> chainIdsBottomFirst, Path folder) throws IOException {
    snapshots.materialize(chainIdsBottomFirst, Files.createDirectory(folder.resolve(ROOTFS)));
  }

  @Override
  public void sync(Path folder) throws IOException {
    try (Fd fd = WorkDirectory.openRoot(folder)) {
      Linux.syncfs(fd);
    }
  }

  @Override
  public RootMount mounts(List<String> chainIdsBottomFirst, Path folder) {
    return new RootMount.Directory(folder.resolve(ROOTFS));
  }

  @Override
  public RootMount view(List<String> chainIdsBottomFirst, Path folder) throws IOException {
    prepare(chainIdsBottomFirst, folder);
    return mounts(chainIdsBottomFirst, folder);
  }
}
