package nsbox.runtime.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/// Makes system calls of 64-bit x86 from the calling thread.
@SuppressWarnings("restricted")
public final class SystemCall {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final MethodHandle SYSCALL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG),
              Linker.Option.firstVariadicArg(1),
              Linker.Option.captureCallState("errno"));

  private SystemCall() {}

  /// @return the result, or the errno negated
  public static long call(long number, long... arguments) {
    long[] six = Arrays.copyOf(arguments, 6);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result =
          (long) SYSCALL.invoke(state, number, six[0], six[1], six[2], six[3], six[4], six[5]);
      return result == -1 ? -errno(state) : result;
    } catch (Throwable e) {
      throw new IllegalStateException("system call " + number, e);
    }
  }

  private static int errno(MemorySegment state) {
    long offset = STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    return state.get(ValueLayout.JAVA_INT, offset);
  }
}
