package nsbox.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Layers on top of each other by overlayfs: nothing is copied until it is changed.
///
/// The folder of a tree holds `upper` and `work`.
public final class OverlayDriver implements Driver {
  static final String NAME = "overlay";

  private static final String UPPER = "upper";
  private static final String WORK = "work";
  private static final String EMPTY = "empty";
  private static final int PERMISSIONS = 07777;

  private final Snapshots snapshots;

  public OverlayDriver(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void prepare(List<String> chainIdsBottomFirst, Path folder) throws IOException {
    Path upper = Files.createDirectory(folder.resolve(UPPER));
    Files.createDirectory(folder.resolve(WORK));
    takeRootFrom(snapshots.directory(chainIdsBottomFirst.getLast()), upper);
  }

  /* The upper directory is the tree's "/": overlayfs shows its mode and owner. */
  private static void takeRootFrom(Path top, Path upper) throws IOException {
    Map<String, Object> root = Files.readAttributes(top, "unix:mode,uid,gid");
    if ((Integer) root.get("uid") != 0) {
      Files.setAttribute(upper, "unix:uid", root.get("uid"));
    }
    if ((Integer) root.get("gid") != 0) {
      Files.setAttribute(upper, "unix:gid", root.get("gid"));
    }
    Files.setAttribute(upper, "unix:mode", (Integer) root.get("mode") & PERMISSIONS);
  }

  /* Two empty directories: they are on the disk with their names. */
  @Override
  public void sync(Path folder) {}

  @Override
  public RootMount mounts(List<String> chainIdsBottomFirst, Path folder) throws IOException {
    return new RootMount.Overlay(
        snapshots.lowerDirectories(chainIdsBottomFirst),
        Optional.of(new RootMount.Writable(folder.resolve(UPPER), folder.resolve(WORK))),
        snapshots.hasUserAttributes());
  }

  @Override
  public RootMount view(List<String> chainIdsBottomFirst, Path folder) throws IOException {
    List<Path> lowers = new ArrayList<>(snapshots.lowerDirectories(chainIdsBottomFirst));
    if (lowers.size() == 1) {
      /* overlayfs refuses a single layer that nothing is written over. */
      lowers.add(Files.createDirectory(folder.resolve(EMPTY)));
    }
    return new RootMount.Overlay(lowers, Optional.empty(), snapshots.hasUserAttributes());
  }
}
