package nsbox.linux;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// System calls on descriptors and on names that are bytes.
///
/// A method carries the name and the meaning of its call, so the manual pages are the reference. A
/// name is relative to a directory's descriptor, is laid out as it is, and never passes through a
/// character set. Calls interrupted by a signal are made again.
///
/// Any thread may call any method. Failure is always a [LinuxException].
public final class Linux {
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_REMOVEDIR = 0x200;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int RENAME_NOREPLACE = 1;
  private static final int LOCK_EXCLUSIVE_NONBLOCKING = 2 | 4;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int OPEN_HOW_BYTES = 24;

  /// A directory keeps the types of files as their modes do, without the permissions below.
  private static final int TYPE_SHIFT = 12;

  private static final byte[] EMPTY = {};

  private Linux() {}

  /// @param flags of [OpenFlag]
  /// @param mode permissions of a file that is created, before the umask; else 0
  /// @param resolve of [Resolve]
  public static Fd openat2(Fd dir, byte[] name, int flags, int mode, long resolve)
      throws LinuxException {
    Kernel kernel = Kernel.current();
    kernel.putLong(0, flags | OpenFlag.CLOEXEC);
    kernel.putLong(8, mode);
    kernel.putLong(16, resolve);
    long path = kernel.name(name);
    return new Fd(
        (int)
            Kernel.check(
                Call.OPENAT2, name, dir.number(), path, kernel.struct(), OPEN_HOW_BYTES, 0));
  }

  public static void mkdirat(Fd dir, byte[] name, int mode) throws LinuxException {
    Kernel.check(Call.MKDIRAT, name, dir.number(), Kernel.current().name(name), mode, 0, 0);
  }

  /// @param mode type bits of [FileType] and permissions, before the umask
  public static void mknodat(Fd dir, byte[] name, int mode, int major, int minor)
      throws LinuxException {
    long device = (minor & 0xffL) | ((long) major << 8) | ((minor & 0xfff00L) << 12);
    Kernel.check(
        Call.MKNODAT,
        name,
        dir.number(),
        Kernel.current().name(name),
        mode,
        device & 0xffffffffL,
        0);
  }

  public static void symlinkat(byte[] target, Fd dir, byte[] name) throws LinuxException {
    Kernel kernel = Kernel.current();
    Kernel.check(
        Call.SYMLINKAT, name, kernel.secondName(target), dir.number(), kernel.name(name), 0, 0);
  }

  /// Links the file itself, also where it is a symbolic link.
  public static void linkat(Fd fromDir, byte[] from, Fd toDir, byte[] to) throws LinuxException {
    Kernel kernel = Kernel.current();
    Kernel.check(
        Call.LINKAT,
        to,
        fromDir.number(),
        kernel.name(from),
        toDir.number(),
        kernel.secondName(to),
        0);
  }

  public static void unlinkat(Fd dir, byte[] name) throws LinuxException {
    Kernel.check(Call.UNLINKAT, name, dir.number(), Kernel.current().name(name), 0, 0, 0);
  }

  public static void rmdirat(Fd dir, byte[] name) throws LinuxException {
    Kernel.check(
        Call.UNLINKAT, name, dir.number(), Kernel.current().name(name), AT_REMOVEDIR, 0, 0);
  }

  /// Renames, and fails with EEXIST where the new name is taken, whatever has it.
  public static void renameNoReplace(Fd fromDir, byte[] from, Fd toDir, byte[] to)
      throws LinuxException {
    Kernel kernel = Kernel.current();
    Kernel.check(
        Call.RENAMEAT2,
        to,
        fromDir.number(),
        kernel.name(from),
        toDir.number(),
        kernel.secondName(to),
        RENAME_NOREPLACE);
  }

  public static void fchown(Fd file, long uid, long gid) throws LinuxException {
    Kernel.check(Call.FCHOWN, file, file.number(), uid, gid, 0, 0);
  }

  /// Changes the owner of the file itself, also where it is a symbolic link.
  public static void lchownat(Fd dir, byte[] name, long uid, long gid) throws LinuxException {
    long path = Kernel.current().name(name);
    Kernel.check(Call.FCHOWNAT, name, dir.number(), path, uid, gid, AT_SYMLINK_NOFOLLOW);
  }

  public static void fchmod(Fd file, int permissions) throws LinuxException {
    Kernel.check(Call.FCHMOD, file, file.number(), permissions, 0, 0, 0);
  }

  /// Follows symbolic links: for a name that is known to be none, such as a device just made.
  public static void fchmodat(Fd dir, byte[] name, int permissions) throws LinuxException {
    Kernel.check(Call.FCHMODAT, name, dir.number(), Kernel.current().name(name), permissions, 0, 0);
  }

  /// Sets the time of access and of modification of an open file.
  public static void futimens(Fd file, Timestamp accessed, Timestamp modified)
      throws LinuxException {
    Kernel.check(Call.UTIMENSAT, file, file.number(), 0, times(accessed, modified), 0, 0);
  }

  /// Sets the times of the file itself, also where it is a symbolic link.
  public static void lutimensat(Fd dir, byte[] name, Timestamp accessed, Timestamp modified)
      throws LinuxException {
    long path = Kernel.current().name(name);
    long times = times(accessed, modified);
    Kernel.check(Call.UTIMENSAT, name, dir.number(), path, times, AT_SYMLINK_NOFOLLOW, 0);
  }

  private static long times(Timestamp accessed, Timestamp modified) {
    Kernel kernel = Kernel.current();
    kernel.putLong(0, accessed.seconds());
    kernel.putLong(8, accessed.nanos());
    kernel.putLong(16, modified.seconds());
    kernel.putLong(24, modified.nanos());
    return kernel.struct();
  }

  public static Stat fstat(Fd file) throws LinuxException {
    Kernel kernel = Kernel.current();
    long empty = kernel.name(EMPTY);
    long flags = AT_EMPTY_PATH;
    Kernel.check(Call.STATX, file, file.number(), empty, flags, STATX_BASIC_STATS, kernel.struct());
    return stat(kernel);
  }

  /// Describes the file itself, also where it is a symbolic link.
  ///
  /// @param name one component: links in the middle of a longer one would be followed
  /// @return null where there is no such file
  public static Stat lstatat(Fd dir, byte[] name) throws LinuxException {
    Kernel kernel = Kernel.current();
    long answer =
        kernel.call(
            Call.STATX,
            dir.number(),
            kernel.name(name),
            AT_SYMLINK_NOFOLLOW,
            STATX_BASIC_STATS,
            kernel.struct());
    if (answer == -Errno.ENOENT) {
      return null;
    }
    if (answer < 0) {
      throw new LinuxException("statx", Kernel.text(name), (int) -answer);
    }
    return stat(kernel);
  }

  /// @spec https://man7.org/linux/man-pages/man2/statx.2.html the structure, alike on all machines
  private static Stat stat(Kernel kernel) {
    return new Stat(
        kernel.getUnsignedShort(28),
        kernel.getUnsignedInt(20),
        kernel.getUnsignedInt(24),
        kernel.getLong(40),
        kernel.getUnsignedInt(16),
        new Timestamp(kernel.getLong(112), kernel.getInt(120)),
        kernel.getLong(32),
        kernel.getInt(136),
        kernel.getInt(140),
        kernel.getInt(128),
        kernel.getInt(132));
  }

  public static byte[] readlinkat(Fd dir, byte[] name) throws LinuxException {
    Kernel kernel = Kernel.current();
    long path = kernel.name(name);
    long size = Kernel.DATA_BYTES;
    long length = Kernel.check(Call.READLINKAT, name, dir.number(), path, kernel.data(), size, 0);
    return kernel.data((int) length);
  }

  /// All names in an open directory but `.` and `..`, in the order of the file system.
  public static List<byte[]> names(Fd dir) throws LinuxException {
    List<byte[]> names = new ArrayList<>();
    for (DirectoryEntry entry : entries(dir)) {
      names.add(entry.name());
    }
    return names;
  }

  /// As [#names], with the types of the files, which need no further call.
  public static List<DirectoryEntry> entries(Fd dir) throws LinuxException {
    Kernel kernel = Kernel.current();
    List<DirectoryEntry> entries = new ArrayList<>();
    while (true) {
      long length =
          Kernel.check(Call.GETDENTS64, dir, dir.number(), kernel.data(), Kernel.DATA_BYTES, 0, 0);
      if (length == 0) {
        return entries;
      }
      addEntries(kernel.data((int) length), entries);
    }
  }

  /// Each record is: inode (8 bytes), offset (8), record length (2), type (1), name and a zero.
  private static void addEntries(byte[] records, List<DirectoryEntry> entries) {
    for (int at = 0; at < records.length; ) {
      int start = at + 19;
      int end = start;
      while (records[end] != 0) {
        end++;
      }
      byte[] name = Arrays.copyOfRange(records, start, end);
      boolean self = name.length == 1 && name[0] == '.';
      boolean parent = name.length == 2 && name[0] == '.' && name[1] == '.';
      if (!self && !parent) {
        entries.add(new DirectoryEntry(name, records[at + 18] << TYPE_SHIFT));
      }
      int low = Byte.toUnsignedInt(records[at + 16]);
      at += low | Byte.toUnsignedInt(records[at + 17]) << 8;
    }
  }

  /// @return the number of bytes read, 0 at the end
  public static int read(Fd file, byte[] into, int offset, int length) throws LinuxException {
    Kernel kernel = Kernel.current();
    int wanted = Math.min(length, Kernel.DATA_BYTES);
    int count = (int) Kernel.check(Call.READ, file, file.number(), kernel.data(), wanted, 0, 0);
    kernel.getData(into, offset, count);
    return count;
  }

  /// Writes all of the bytes.
  public static void write(Fd file, byte[] bytes, int offset, int length) throws LinuxException {
    Kernel kernel = Kernel.current();
    for (int done = 0; done < length; ) {
      int part = Math.min(length - done, Kernel.DATA_BYTES);
      kernel.putData(bytes, offset + done, part);
      done += (int) Kernel.check(Call.WRITE, file, file.number(), kernel.data(), part, 0, 0);
    }
  }

  /// Writes what stands from the buffer's position to its limit, without a copy, and moves the
  /// position there.
  ///
  /// @param bytes direct
  public static void write(Fd file, ByteBuffer bytes) throws LinuxException {
    while (bytes.hasRemaining()) {
      long from = Kernel.address(bytes);
      int part = bytes.remaining();
      int count = (int) Kernel.check(Call.WRITE, file, file.number(), from, part, 0, 0);
      bytes.position(bytes.position() + count);
    }
    Reference.reachabilityFence(bytes);
  }

  /// Moves the position for the next write to a byte of the file, counted from its start.
  public static void seek(Fd file, long position) throws LinuxException {
    Kernel.check(Call.LSEEK, file, file.number(), position, 0, 0, 0);
  }

  public static void ftruncate(Fd file, long sizeBytes) throws LinuxException {
    Kernel.check(Call.FTRUNCATE, file, file.number(), sizeBytes, 0, 0, 0);
  }

  public static void fdatasync(Fd file) throws LinuxException {
    Kernel.check(Call.FDATASYNC, file, file.number(), 0, 0, 0, 0);
  }

  public static void fsync(Fd file) throws LinuxException {
    Kernel.check(Call.FSYNC, file, file.number(), 0, 0, 0, 0);
  }

  /// Writes the whole file system that holds `file` to its disk.
  public static void syncfs(Fd file) throws LinuxException {
    Kernel.check(Call.SYNCFS, file, file.number(), 0, 0, 0, 0);
  }

  /// Takes the exclusive lock of an open file, which ends with the last descriptor or the process.
  ///
  /// @return false where someone else holds it
  public static boolean tryLock(Fd file) throws LinuxException {
    long answer =
        Kernel.current().call(Call.FLOCK, file.number(), LOCK_EXCLUSIVE_NONBLOCKING, 0, 0, 0);
    if (answer < 0 && answer != -Errno.EAGAIN) {
      throw new LinuxException("flock", file.toString(), (int) -answer);
    }
    return answer == 0;
  }
}
