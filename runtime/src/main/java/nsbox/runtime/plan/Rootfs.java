package nsbox.runtime.plan;

import java.util.List;
import java.util.Optional;

/// Where a container's root file system comes from.
public sealed interface Rootfs {

  /// A directory that is there, such as the `rootfs` of a bundle from elsewhere.
  ///
  /// @param noDevices whether device nodes in it are only names, as in an overlay
  record Directory(String path, boolean noDevices) implements Rootfs {
    public Directory(String path) {
      this(path, false);
    }
  }

  /// An overlay, mounted in the container's own mount namespace and nowhere else.
  ///
  /// @param lowers read-only layers, topmost first, as overlayfs counts them; at least one
  /// @param upper takes what the container changes; empty, as `work`, for a tree beside the root
  ///   that nobody writes to, which has two lower layers at least
  /// @param work empty directory beside `upper`, in the same parent, for overlayfs alone
  /// @param mountPoint an empty directory of the host; it stays empty there
  /// @param volatileUpper skip every sync: right where `upper` is thrown away with the container,
  ///   for it can never be mounted again
  /// @param userAttributes whether the layers' attributes for overlayfs are `user.overlay.*`, not
  ///   `trusted.overlay.*`
  /// @param idMapping shows layers and `upper` with their ids shifted, while the disk keeps those
  ///   of the image. It does not give the container a user namespace
  record Overlay(
      List<String> lowers,
      String upper,
      String work,
      String mountPoint,
      boolean volatileUpper,
      boolean userAttributes,
      Optional<IdMapping> idMapping)
      implements Rootfs {}
}
