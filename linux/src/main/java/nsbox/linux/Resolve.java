package nsbox.linux;

/// How far openat2(2) may wander while it resolves a name.
public final class Resolve {
  /// No link like `/proc/self/fd/3`, which leads past every other fence.
  public static final long NO_MAGICLINKS = 0x02;

  /// A symbolic link anywhere in the name is an error (ELOOP).
  public static final long NO_SYMLINKS = 0x04;

  /// Leaving the directory is an error (EXDEV): `..` above it, or an absolute name or link.
  public static final long BENEATH = 0x08;

  /// The directory counts as `/`: absolute links and `..` stay inside.
  public static final long IN_ROOT = 0x10;

  private Resolve() {}
}
