package nsbox.snapshot;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What has to be mounted for a process to see a stack of snapshots as its root file system.
///
/// A description only: whoever starts the process mounts it, in that process's own mount namespace.
public sealed interface RootMount {

  /// An overlay.
  ///
  /// @param lowers read-only layers, topmost first, as overlayfs counts them; at least two where
  ///   nothing is written
  /// @param writable what the process changes goes there; empty for a read-only tree
  /// @param userAttributes whether overlayfs must be told, by `userxattr`, that its attributes on
  ///   the layers are `user.overlay.*`
  record Overlay(List<Path> lowers, Optional<Writable> writable, boolean userAttributes)
      implements RootMount {}

  /// @param upper takes the changes
  /// @param work an empty directory of the same file system, for overlayfs alone
  record Writable(Path upper, Path work) {}

  /// A directory that holds the whole tree, to be bound.
  record Directory(Path path) implements RootMount {}
}
