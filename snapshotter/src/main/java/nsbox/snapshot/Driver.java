package nsbox.snapshot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// How committed snapshots become a root file system.
///
/// All drivers share the snapshots themselves ([Snapshots]): a layer is unpacked and committed
/// once, whoever shows it. The words of a tree's life, the same for each driver:
///
/// 1. *prepare* makes the writable part of one tree, in a folder of the caller's;
/// 2. *mounts* describes what to mount for it, as often as it is started;
/// 3. *view* does both for a tree that nobody can write to.
///
/// The folder is all that a tree has. Whoever removes it has removed the tree; who moves it as a
/// whole has moved it. Committed snapshots never change, whatever happens in the trees on top.
///
/// What a tree shows is the layers merged, to the last attribute. Of the root itself a writable
/// tree promises mode and owner; a copy, and every view, all of it.
///
/// A tree that cannot be made for want of space or inodes fails with an `IOException`, and no
/// snapshot or other tree has changed. Any number may be made and used at once on the same layers.
///
/// [#prepare] and [#mounts] of the driver that most hosts use, overlay, make no system call from
/// Java, for every start goes through them.
public interface Driver {
  /// As users write it: "overlay".
  String name();

  /// Makes a writable tree, on the disk's side: nothing is mounted.
  ///
  /// @param chainIdsBottomFirst of the image's layers, all of them committed; at least one
  /// @param folder the tree's own, empty or with other files in it that do not concern the driver;
  ///   what is in it after a failure is the caller's to remove
  void prepare(List<String> chainIdsBottomFirst, Path folder) throws IOException;

  /// Makes what [#prepare] wrote outlive a power cut, all but the names in `folder` itself, which
  /// are the caller's to sync. Only for trees that are kept.
  void sync(Path folder) throws IOException;

  /// What to mount for a tree that was prepared. Nothing is made and nothing looked at but the
  /// layers' names.
  RootMount mounts(List<String> chainIdsBottomFirst, Path folder) throws IOException;

  /// Makes a tree that nobody writes to, and says what to mount for it, read-only. The folder must
  /// stay where it is as long as it is mounted.
  ///
  /// @param folder as of [#prepare]
  RootMount view(List<String> chainIdsBottomFirst, Path folder) throws IOException;
}
