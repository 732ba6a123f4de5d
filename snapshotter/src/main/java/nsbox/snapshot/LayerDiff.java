package nsbox.snapshot;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.OpenFlag;
import nsbox.linux.Timestamp;

/// The tar of a layer, of what overlayfs has in the layer's directory.
///
/// It is the way back from [Snapshots#apply]: applied on the same layers, the tar shows what the
/// directory showed there. The layers below are not looked at. The same tree gives the same bytes:
/// entries come in the order of their names, directories before what is in them, and of what is in
/// the inode only what a layer keeps.
///
/// overlayfs may be using the directory meanwhile. The tar is sound then too; what changed under
/// the reader's hands is told.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#representing-changes
public final class LayerDiff {
  private final Path tree;
  private final boolean opaqueRoot;
  private final boolean userAttributes;
  private final Instant latest;

  private LayerDiff(Path tree, boolean opaqueRoot, boolean userAttributes, Instant latest) {
    this.tree = tree;
    this.opaqueRoot = opaqueRoot;
    this.userAttributes = userAttributes;
    this.latest = latest;
  }

  /// @param upper the writable directory of an overlay, mounted or not, without `metacopy` and
  ///   `redirect_dir`
  public static LayerDiff ofUpper(Path upper) {
    return new LayerDiff(upper, false, false, Instant.MAX);
  }

  /// @param snapshot a committed layer: the folder that holds `fs`
  static LayerDiff ofSnapshot(Path snapshot) throws IOException {
    boolean opaqueRoot = OpaqueDirectories.read(snapshot).contains(new Name(BytePath.ROOT));
    return new LayerDiff(snapshot.resolve("fs"), opaqueRoot, false, Instant.MAX);
  }

  /// The same, of an overlay that is mounted with `userxattr`, as without root.
  public LayerDiff withUserAttributes() {
    return new LayerDiff(tree, opaqueRoot, true, latest);
  }

  /// The same with all later times set to this one.
  ///
  /// @spec https://reproducible-builds.org/specs/source-date-epoch/
  public LayerDiff notLaterThan(Instant latest) {
    return new LayerDiff(tree, opaqueRoot, userAttributes, latest);
  }

  /// Writes the tar, and flushes.
  ///
  /// @param out not closed; what came there before a failure is no layer
  /// @return the files, from the root of the tree, that changed while they were read or had gone
  ///   when their turn came. Such a file has the length that it had at first: cut off, or filled up
  ///   with zeros
  /// @throws UnsuitableTreeException if the tree holds what no layer can say
  public List<String> writeTo(OutputStream out) throws IOException {
    byte[] path = tree.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
    Timestamp limit = new Timestamp(latest.getEpochSecond(), latest.getNano());
    try (Fd root = Linux.openat2(Fd.NONE, path, OpenFlag.DIRECTORY, 0, 0)) {
      TarWriter tar = new TarWriter(out);
      DiffWalk walk = new DiffWalk(root, tar, new OverlayAttributes(userAttributes), limit);
      walk.run(opaqueRoot);
      tar.finish();
      return walk.changed();
    }
  }
}
