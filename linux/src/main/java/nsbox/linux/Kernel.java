package nsbox.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/// One thread's way into the kernel: `syscall(2)` and the memory to lay arguments out in.
///
/// The library is loaded with the first thread that asks, because loading costs some 100 ms: no
/// command that makes no system call from Java pays for it. The memory belongs to the thread, so
/// that calls need neither locks nor allocation.
final class Kernel {
  /// Names in the kernel end at 4096 bytes with their zero; longer ones must not reach it cut.
  static final int NAME_BYTES = 4096;

  static final int DATA_BYTES = 256 * 1024;

  private static final int SECOND_NAME = NAME_BYTES;
  private static final int STRUCT = 2 * NAME_BYTES;
  private static final int DATA = 3 * NAME_BYTES;

  private static final ThreadLocal<Kernel> CURRENT = ThreadLocal.withInitial(Kernel::new);

  private final ByteBuffer memory;
  private final long address;

  private Kernel() {
    memory = ByteBuffer.allocateDirect(DATA + DATA_BYTES).order(ByteOrder.nativeOrder());
    address = address(memory);
  }

  /// Where the position of a direct buffer is in memory. The buffer must stay reachable as long as
  /// the address is used.
  static long address(ByteBuffer direct) {
    if (!direct.isDirect()) {
      throw new IllegalArgumentException("not a direct buffer");
    }
    return Pointer.wrap(Library.RUNTIME, direct).address();
  }

  /// Loads the C library and sets up JNR-FFI, if that has not been done.
  static void prepare() {
    java.util.Objects.requireNonNull(Library.C);
  }

  static Kernel current() {
    return CURRENT.get();
  }

  /// @return what the kernel answered, or the error number negated
  long call(Call call, long a, long b, long c, long d, long e) {
    long answer = Library.C.syscall(call.number, a, b, c, d, e);
    return answer == -1 ? -Library.RUNTIME.getLastError() : answer;
  }

  /// As [#call(Call, long, long, long, long, long)], for a call of six arguments.
  long call(Call call, long a, long b, long c, long d, long e, long f) {
    long answer = Library.C.syscall(call.number, a, b, c, d, e, f);
    return answer == -1 ? -Library.RUNTIME.getLastError() : answer;
  }

  /// Lays a name out for the next call and returns its address.
  long name(byte[] name) throws LinuxException {
    return name(0, name);
  }

  long secondName(byte[] name) throws LinuxException {
    return name(SECOND_NAME, name);
  }

  private long name(int offset, byte[] name) throws LinuxException {
    if (name.length >= NAME_BYTES) {
      throw new LinuxException("name", text(name), Errno.ENAMETOOLONG);
    }
    for (byte b : name) {
      if (b == 0) {
        throw new LinuxException("name", text(name), Errno.EINVAL);
      }
    }
    memory.put(offset, name);
    memory.put(offset + name.length, (byte) 0);
    return address + offset;
  }

  long struct() {
    return address + STRUCT;
  }

  void putLong(int offset, long value) {
    memory.putLong(STRUCT + offset, value);
  }

  long getLong(int offset) {
    return memory.getLong(STRUCT + offset);
  }

  int getInt(int offset) {
    return memory.getInt(STRUCT + offset);
  }

  long getUnsignedInt(int offset) {
    return Integer.toUnsignedLong(memory.getInt(STRUCT + offset));
  }

  int getUnsignedShort(int offset) {
    return Short.toUnsignedInt(memory.getShort(STRUCT + offset));
  }

  long data() {
    return address + DATA;
  }

  void putData(byte[] bytes, int offset, int length) {
    memory.put(DATA, bytes, offset, length);
  }

  void getData(byte[] into, int offset, int length) {
    memory.get(DATA, into, offset, length);
  }

  byte[] data(int length) {
    byte[] data = new byte[length];
    memory.get(DATA, data);
    return data;
  }

  /// Makes a call, again where a signal interrupts it.
  ///
  /// @param object what a failure names: a name as bytes, or anything that prints itself
  static long check(Call call, Object object, long a, long b, long c, long d, long e)
      throws LinuxException {
    Kernel kernel = current();
    while (true) {
      long answer = kernel.call(call, a, b, c, d, e);
      if (answer >= 0) {
        return answer;
      }
      if (answer != -Errno.EINTR) {
        String text = object instanceof byte[] name ? text(name) : object.toString();
        throw new LinuxException(call.text(), text, (int) -answer);
      }
    }
  }

  static String text(byte[] name) {
    return new String(name, StandardCharsets.UTF_8);
  }

  /// What JNR-FFI binds to the C library.
  ///
  /// All arguments are longs: each fits a register on both machines, also where C passes an int,
  /// and so one binding serves every call.
  public interface LibC {
    long syscall(long number, long a, long b, long c, long d, long e);

    long syscall(long number, long a, long b, long c, long d, long e, long f);
  }

  private static final class Library {
    static {
      // The stubs that JNR-FFI 2.2.18 assembles on x86_64 hand the sixth argument over wrongly.
      System.setProperty("jnr.ffi.x86asm.enabled", "false");
    }

    static final LibC C = LibraryLoader.create(LibC.class).load("c");
    static final Runtime RUNTIME = Runtime.getRuntime(C);
  }
}
