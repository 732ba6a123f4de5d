package nsbox.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/// Which file systems overlayfs cannot write on: those where an upper directory is refused, and
/// those that cannot hold what it writes there, as they have no attributes or no device nodes.
///
/// Known by the names of their types, as /proc/mounts has them. Where a type may or may not do, as
/// with FUSE, it counts as one that does not: a copy is slower, but right.
///
/// @spec https://docs.kernel.org/filesystems/overlayfs.html#upper-and-lower
public final class UpperFileSystem {
  private static final Set<String> UNSUITED =
      Set.of(
          "9p",
          "afs",
          "aufs",
          "ceph",
          "cifs",
          "ecryptfs",
          "exfat",
          "gfs2",
          "gpfs",
          "lustre",
          "msdos",
          "nfs",
          "nfs4",
          "ntfs",
          "ntfs3",
          "ocfs2",
          "overlay",
          "overlayfs",
          "ramfs",
          "smb3",
          "smbfs",
          "unionfs",
          "vboxsf",
          "vfat",
          "virtiofs",
          "zfs");

  private UpperFileSystem() {}

  /// Whether overlays can keep their changes in a folder that is there.
  public static boolean suits(Path folder) {
    String type = type(folder);
    return !UNSUITED.contains(type) && !type.startsWith("fuse");
  }

  /// The type of the file system, as mount(8) names it; empty where that cannot be told, as after
  /// chroot(2), where the mounts are not those that the process sees.
  public static String type(Path folder) {
    try {
      return Files.getFileStore(folder).type();
    } catch (IOException e) {
      return "";
    }
  }
}
