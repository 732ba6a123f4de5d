package nsbox.linux;

/// What statx(2) says of a file.
///
/// @param mode type bits and permissions
/// @param uid unsigned 32 bits, as seen in the caller's user namespace
/// @param gid as `uid`
/// @param modified nanoseconds within 0..999999999, also before 1970
/// @param deviceMajor of the file system that holds the file; with `inode` it identifies the file
/// @param specialMajor of the device that a device node stands for
public record Stat(
    int mode,
    long uid,
    long gid,
    long sizeBytes,
    long links,
    Timestamp modified,
    long inode,
    int deviceMajor,
    int deviceMinor,
    int specialMajor,
    int specialMinor) {

  public int type() {
    return mode & FileType.MASK;
  }

  public int permissions() {
    return mode & 07777;
  }

  public boolean isDirectory() {
    return type() == FileType.DIRECTORY;
  }

  public boolean isSymbolicLink() {
    return type() == FileType.SYMBOLIC_LINK;
  }

  public boolean isRegularFile() {
    return type() == FileType.REGULAR;
  }

  /// Whether overlayfs takes this file for a whiteout: a character device 0:0.
  public boolean isWhiteout() {
    return type() == FileType.CHARACTER_DEVICE && specialMajor == 0 && specialMinor == 0;
  }

  public boolean isSameFileAs(Stat other) {
    return inode == other.inode
        && deviceMajor == other.deviceMajor
        && deviceMinor == other.deviceMinor;
  }
}
