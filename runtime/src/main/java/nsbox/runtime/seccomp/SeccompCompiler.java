package nsbox.runtime.seccomp;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Compiles `linux.seccomp` to the classic BPF program that the kernel runs before each call.
///
/// Its decisions are those of libseccomp as runc uses it:
///
/// - a call of an architecture that the filter does not name kills the thread;
/// - a call with a higher number than any that the profile names is answered with ENOSYS, unless
///   the default action lets calls through: so a program sees a call that is newer than the profile
///   as unknown, and falls back;
/// - 32-bit ABIs have their arguments compared in 32 bits.
///
/// Start reading at [#compile(Seccomp, Architecture)]; [CallRanges] orders the numbers, [CallRules]
/// holds what is said about a call, [ArgumentCheck] compares one argument, [BackwardProgram]
/// writes.
public final class SeccompCompiler {
  /// `arch` and `nr` in `struct seccomp_data`.
  private static final int ARCHITECTURE_OFFSET = 4;

  private static final int NUMBER_OFFSET = 0;

  private SeccompCompiler() {}

  /// @return `struct sock_filter[]` in little-endian for this machine
  /// @throws FilterTooLongException if the profile needs more instructions than the kernel takes
  public static byte[] compile(Seccomp seccomp) throws FilterTooLongException {
    return compile(seccomp, Architecture.ofThisMachine());
  }

  /// @param machine the architecture that is filtered whether the profile names it or not
  /// @return `struct sock_filter[]` in little-endian
  /// @throws FilterTooLongException if the profile needs more instructions than the kernel takes
  public static byte[] compile(Seccomp seccomp, Architecture machine)
      throws FilterTooLongException {
    Set<Architecture> architectures = EnumSet.of(machine);
    architectures.addAll(seccomp.architectures());
    boolean withX32 = architectures.remove(Architecture.X32);
    if (withX32) {
      architectures.add(Architecture.X86_64);
    }
    Map<String, CallRules> rules = rulesByName(seccomp);
    SyscallTable table = SyscallTable.load();
    BackwardProgram program = new BackwardProgram();

    int next = program.returning(Action.FOREIGN_ARCHITECTURE.returnValue());
    for (Architecture architecture : architectures) {
      CallRanges ranges = new CallRanges(seccomp.defaultAction());
      ranges.add(architecture, rules, table);
      if (architecture == Architecture.X86_64) {
        if (withX32) {
          ranges.add(Architecture.X32, rules, table);
        } else {
          ranges.refuseX32();
        }
      }
      next = section(program, architecture, ranges, next);
    }
    program.load(ARCHITECTURE_OFFSET, next);
    return program.bytes();
  }

  /// Writes the decisions for one `seccomp_data.arch`, before what decides for the others.
  private static int section(
      BackwardProgram program, Architecture architecture, CallRanges ranges, int otherwise) {
    int search = program.load(NUMBER_OFFSET, ranges.write(program));
    return program.jump(BackwardProgram.IF_EQUAL, architecture.auditValue(), search, otherwise);
  }

  private static Map<String, CallRules> rulesByName(Seccomp seccomp) {
    Map<String, CallRules> rules = new LinkedHashMap<>(1024);
    for (Seccomp.Rule rule : seccomp.rules()) {
      for (String name : rule.names()) {
        CallRules call = rules.get(name);
        if (call == null) {
          call = new CallRules(seccomp.defaultAction());
          rules.put(name, call);
        }
        call.add(rule);
      }
    }
    return rules;
  }
}
