package nsbox.linux;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Extended attributes of files: names and values are bytes.
///
/// A file that can be opened is named by its descriptor. A link, a FIFO or a device is named in its
/// directory and found by way of `/proc`, for there is no call that takes a directory and a name.
///
/// @spec https://man7.org/linux/man-pages/man7/xattr.7.html
public final class Xattr {
  private static final byte[] EMPTY = {};

  /// The kernel's own limit; what is longer does not fit into the memory for arguments either.
  private static final int VALUE_LIMIT_BYTES = 64 * 1024;

  private static final int XATTR_REPLACE = 2;

  private Xattr() {}

  /// @param value at most 64 KiB, the kernel's own limit
  public static void set(Fd file, byte[] name, byte[] value) throws LinuxException {
    Kernel kernel = Kernel.current();
    long path = kernel.name(name);
    putValue(kernel, name, value);
    Kernel.check(Call.FSETXATTR, name, file.number(), path, kernel.data(), value.length, 0);
  }

  /// Whether this process may give a file an attribute that it does not have; it does not get it.
  ///
  /// True as well where the file system has no attributes of that kind: then nobody is refused.
  public static boolean maySet(Fd file, byte[] absent) throws LinuxException {
    Kernel kernel = Kernel.current();
    long path = kernel.name(absent);
    // To replace what is not there fails for those, too, who may.
    long answer = kernel.call(Call.FSETXATTR, file.number(), path, kernel.data(), 0, XATTR_REPLACE);
    return answer != -Errno.EPERM;
  }

  private static void putValue(Kernel kernel, byte[] name, byte[] value) throws LinuxException {
    if (value.length > VALUE_LIMIT_BYTES) {
      throw new LinuxException("setxattr", Kernel.text(name), Errno.E2BIG);
    }
    kernel.putData(value, 0, value.length);
  }

  /// Sets an attribute of a file that cannot be opened: a link, a FIFO, a device.
  ///
  /// @param name one component below `dir`
  public static void setAt(Fd dir, byte[] name, byte[] attribute, byte[] value)
      throws LinuxException {
    Kernel kernel = Kernel.current();
    long path = kernel.name(procPath(dir, name));
    long key = kernel.secondName(attribute);
    putValue(kernel, attribute, value);
    Kernel.check(Call.LSETXATTR, name, path, key, kernel.data(), value.length, 0);
  }

  /// @return null where the file has no such attribute
  public static byte[] getAt(Fd dir, byte[] name, byte[] attribute) throws LinuxException {
    Kernel kernel = Kernel.current();
    long path = kernel.name(procPath(dir, name));
    long key = kernel.secondName(attribute);
    long length = kernel.call(Call.LGETXATTR, path, key, kernel.data(), Kernel.DATA_BYTES, 0);
    return attribute(kernel, "lgetxattr", name, length);
  }

  /// @return null where the file has no such attribute
  public static byte[] get(Fd file, byte[] attribute) throws LinuxException {
    Kernel kernel = Kernel.current();
    long key = kernel.secondName(attribute);
    long length =
        kernel.call(Call.FGETXATTR, file.number(), key, kernel.data(), Kernel.DATA_BYTES, 0);
    return attribute(kernel, "fgetxattr", attribute, length);
  }

  private static byte[] attribute(Kernel kernel, String call, byte[] object, long length)
      throws LinuxException {
    if (length == -Errno.ENODATA || length == -Errno.EOPNOTSUPP) {
      return null;
    }
    if (length < 0) {
      throw new LinuxException(call, Kernel.text(object), (int) -length);
    }
    return kernel.data((int) length);
  }

  /// The names of the attributes of the file itself.
  ///
  /// @param name one component below `dir`
  public static List<byte[]> namesAt(Fd dir, byte[] name) throws LinuxException {
    Kernel kernel = Kernel.current();
    long path = kernel.name(procPath(dir, name));
    long length = kernel.call(Call.LLISTXATTR, path, kernel.data(), Kernel.DATA_BYTES, 0, 0);
    return attributeNames(kernel, "llistxattr", name, length);
  }

  public static List<byte[]> names(Fd file) throws LinuxException {
    Kernel kernel = Kernel.current();
    long length =
        kernel.call(Call.FLISTXATTR, file.number(), kernel.data(), Kernel.DATA_BYTES, 0, 0);
    return attributeNames(kernel, "flistxattr", EMPTY, length);
  }

  private static List<byte[]> attributeNames(Kernel kernel, String call, byte[] object, long length)
      throws LinuxException {
    byte[] all = attribute(kernel, call, object, length);
    List<byte[]> names = new ArrayList<>();
    for (int start = 0, end = 0; all != null && end < all.length; end++) {
      if (all[end] == 0) {
        names.add(Arrays.copyOfRange(all, start, end));
        start = end + 1;
      }
    }
    return names;
  }

  private static byte[] procPath(Fd dir, byte[] name) {
    byte[] prefix = (dir.procPath() + "/").getBytes(StandardCharsets.US_ASCII);
    byte[] path = Arrays.copyOf(prefix, prefix.length + name.length);
    System.arraycopy(name, 0, path, prefix.length, name.length);
    return path;
  }
}
