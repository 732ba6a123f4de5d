package nsbox.runtime.seccomp;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The real libseccomp, asked for the program that it makes of a profile in the way runc does.
@SuppressWarnings("restricted")
final class LibSeccomp {
  private static final long COMPARISON_BYTES = 24;
  private static final int EEXIST = 17;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;

  private final SymbolLookup library;

  private LibSeccomp(SymbolLookup library) {
    this.library = library;
  }

  /// @throws IllegalArgumentException if this machine has no libseccomp.so.2
  static LibSeccomp load() {
    return new LibSeccomp(SymbolLookup.libraryLookup("libseccomp.so.2", Arena.global()));
  }

  boolean knows(String call) {
    try (Arena arena = Arena.ofConfined()) {
      return number(arena, call) != -1;
    }
  }

  byte[] compile(Seccomp seccomp) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment filter =
          (MemorySegment)
              call(
                  "seccomp_init",
                  FunctionDescriptor.of(POINTER, INT),
                  seccomp.defaultAction().returnValue());
      for (Architecture architecture : seccomp.architectures()) {
        FunctionDescriptor add = FunctionDescriptor.of(INT, POINTER, INT);
        expect((int) call("seccomp_arch_add", add, filter, token(architecture)), -EEXIST);
      }
      for (Seccomp.Rule rule : seccomp.rules()) {
        if (!rule.action().equals(seccomp.defaultAction())) {
          for (String name : rule.names()) {
            add(arena, filter, name, rule);
          }
        }
      }
      byte[] program = export(filter);
      call("seccomp_release", FunctionDescriptor.ofVoid(POINTER), filter);
      return program;
    }
  }

  private void add(Arena arena, MemorySegment filter, String name, Seccomp.Rule rule) {
    List<Seccomp.Argument> arguments = rule.arguments();
    MemorySegment comparisons = arena.allocate(COMPARISON_BYTES * 6, 8);
    for (int i = 0; i < arguments.size(); i++) {
      Seccomp.Argument argument = arguments.get(i);
      long at = i * COMPARISON_BYTES;
      comparisons.set(INT, at, argument.index());
      comparisons.set(INT, at + 4, argument.op().ordinal() + 1);
      comparisons.set(LONG, at + 8, argument.value());
      comparisons.set(LONG, at + 16, argument.valueTwo());
    }
    expect(
        (int)
            call(
                "seccomp_rule_add_array",
                FunctionDescriptor.of(INT, POINTER, INT, INT, INT, POINTER),
                filter,
                rule.action().returnValue(),
                number(arena, name),
                arguments.size(),
                comparisons),
        -EEXIST);
  }

  private int number(Arena arena, String call) {
    return (int)
        call(
            "seccomp_syscall_resolve_name",
            FunctionDescriptor.of(INT, POINTER),
            arena.allocateFrom(call));
  }

  private byte[] export(MemorySegment filter) throws IOException {
    Path file = Files.createTempFile("filter", ".bpf");
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup libc = LINKER.defaultLookup();
      int fd =
          (int)
              call(
                  libc,
                  "open",
                  FunctionDescriptor.of(INT, POINTER, INT),
                  arena.allocateFrom(file.toString()),
                  1);
      expect(
          (int) call("seccomp_export_bpf", FunctionDescriptor.of(INT, POINTER, INT), filter, fd),
          0);
      call(libc, "close", FunctionDescriptor.of(INT, INT), fd);
      return Files.readAllBytes(file);
    } finally {
      Files.delete(file);
    }
  }

  private static int token(Architecture architecture) {
    return architecture == Architecture.X32 ? 0x4000003E : architecture.auditValue();
  }

  private static void expect(int result, int tolerated) {
    if (result != 0 && result != tolerated) {
      throw new IllegalStateException("libseccomp returned " + result);
    }
  }

  private Object call(String function, FunctionDescriptor type, Object... arguments) {
    return call(library, function, type, arguments);
  }

  private static Object call(
      SymbolLookup library, String function, FunctionDescriptor type, Object... arguments) {
    MethodHandle handle = LINKER.downcallHandle(library.findOrThrow(function), type);
    try {
      return handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(function, e);
    }
  }
}
