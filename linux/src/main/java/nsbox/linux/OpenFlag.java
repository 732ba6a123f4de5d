package nsbox.linux;

/// Flags of openat2(2). Every descriptor is opened close-on-exec without asking.
///
/// `DIRECTORY` and `NOFOLLOW` have different values on x86_64 and aarch64.
public final class OpenFlag {
  public static final int READ = 0;
  public static final int WRITE = 1;
  public static final int CREATE = 0x40;
  public static final int EXCLUSIVE = 0x80;
  public static final int NONBLOCK = 0x800;
  public static final int DIRECTORY = Machine.HERE == Machine.X86_64 ? 0x10000 : 0x4000;
  public static final int NOFOLLOW = Machine.HERE == Machine.X86_64 ? 0x20000 : 0x8000;

  /// A handle to look at, not to read from: opening one never blocks on a FIFO or wakes a device.
  public static final int PATH = 0x200000;

  static final int CLOEXEC = 0x80000;

  private OpenFlag() {}
}
