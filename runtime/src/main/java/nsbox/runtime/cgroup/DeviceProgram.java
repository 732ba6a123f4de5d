package nsbox.runtime.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// Device rules as the eBPF program that a version 2 cgroup asks before each use of a device
/// (BPF_PROG_TYPE_CGROUP_DEVICE).
///
/// The answers are those of the version 1 controller: everything is forbidden until a rule speaks,
/// a later rule overrides an earlier one for the accesses that it names, and of the accesses asked
/// for at once each must be allowed. A rule of type `a` speaks of everything.
///
/// From the last rule to the first, the program keeps in a register the accesses that no rule has
/// answered yet. A forbidden one ends it with 0; none left ends it with 1. What stands before the
/// last rule of type `a` is left out: the kernel refuses programs with instructions out of reach.
///
/// @spec https://docs.kernel.org/admin-guide/cgroup-v2.html#device-controller Device controller
public final class DeviceProgram {
  /// Bytes of a `struct bpf_insn`.
  static final int INSTRUCTION_BYTES = 8;

  // Of `struct bpf_cgroup_dev_ctx`: access above, type below; major; minor.
  private static final int ACCESS_TYPE = 0;
  private static final int MAJOR = 4;
  private static final int MINOR = 8;

  private static final int BLOCK = 1;
  private static final int CHARACTER = 2;
  private static final int MAKE_NODE = 1;
  private static final int READ = 2;
  private static final int WRITE = 4;

  private static final int LOAD_WORD = 0x61;
  private static final int MOVE = 0xb4;
  private static final int MOVE_REGISTER = 0xbc;
  private static final int AND = 0x54;
  private static final int SHIFT_RIGHT = 0x74;
  private static final int IF_EQUAL = 0x16;
  private static final int IF_NOT_EQUAL = 0x56;
  private static final int EXIT = 0x95;

  private static final int RESULT = 0;
  private static final int CONTEXT = 1;
  private static final int TYPE_REGISTER = 2;
  private static final int UNANSWERED = 3;
  private static final int MAJOR_REGISTER = 4;
  private static final int MINOR_REGISTER = 5;
  private static final int SCRATCH = 6;

  /// What one rule adds at most.
  private static final int INSTRUCTIONS_A_RULE = 9;

  private static final int INSTRUCTIONS_AROUND = 10;

  private final ByteBuffer program;

  private DeviceProgram(int rules) {
    program =
        ByteBuffer.allocate((INSTRUCTIONS_AROUND + rules * INSTRUCTIONS_A_RULE) * INSTRUCTION_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
  }

  /// @param rules in the order of config.json
  /// @return `struct bpf_insn[]` in little-endian; its licence need not be GPL
  public static byte[] compile(List<DeviceRule> rules) {
    int first = 0;
    int unanswered = 0;
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).type() == 'a') {
        first = i + 1;
        unanswered = rules.get(i).allow() ? 1 : 0;
      }
    }
    DeviceProgram compiler = new DeviceProgram(rules.size() - first);
    compiler.readContext();
    for (int i = rules.size() - 1; i >= first; i--) {
      compiler.answer(rules.get(i));
    }
    compiler.exitWith(unanswered);
    byte[] bytes = new byte[compiler.program.position()];
    compiler.program.flip().get(bytes);
    return bytes;
  }

  private void readContext() {
    add(LOAD_WORD, TYPE_REGISTER, CONTEXT, ACCESS_TYPE, 0);
    add(MOVE_REGISTER, UNANSWERED, TYPE_REGISTER, 0, 0);
    add(SHIFT_RIGHT, UNANSWERED, 0, 0, 16);
    add(AND, TYPE_REGISTER, 0, 0, 0xffff);
    add(LOAD_WORD, MAJOR_REGISTER, CONTEXT, MAJOR, 0);
    add(LOAD_WORD, MINOR_REGISTER, CONTEXT, MINOR, 0);
  }

  private void answer(DeviceRule rule) {
    int access = accessBits(rule.access());
    if (access == 0) {
      return;
    }
    // A test that fails skips the tests and the answer behind it.
    int following = (rule.allow() ? 4 : 5) + (rule.major() == DeviceRule.ANY ? 0 : 1);
    following += rule.minor() == DeviceRule.ANY ? 0 : 1;
    add(IF_NOT_EQUAL, TYPE_REGISTER, 0, following--, rule.type() == 'b' ? BLOCK : CHARACTER);
    if (rule.major() != DeviceRule.ANY) {
      add(IF_NOT_EQUAL, MAJOR_REGISTER, 0, following--, (int) rule.major());
    }
    if (rule.minor() != DeviceRule.ANY) {
      add(IF_NOT_EQUAL, MINOR_REGISTER, 0, following, (int) rule.minor());
    }
    if (rule.allow()) {
      add(AND, UNANSWERED, 0, 0, ~access);
      add(IF_NOT_EQUAL, UNANSWERED, 0, 2, 0);
      exitWith(1);
    } else {
      add(MOVE_REGISTER, SCRATCH, UNANSWERED, 0, 0);
      add(AND, SCRATCH, 0, 0, access);
      add(IF_EQUAL, SCRATCH, 0, 2, 0);
      exitWith(0);
    }
  }

  private void exitWith(int result) {
    add(MOVE, RESULT, 0, 0, result);
    add(EXIT, 0, 0, 0, 0);
  }

  private static int accessBits(String access) {
    int bits = 0;
    for (int i = 0; i < access.length(); i++) {
      bits |=
          switch (access.charAt(i)) {
            case 'r' -> READ;
            case 'w' -> WRITE;
            default -> MAKE_NODE;
          };
    }
    return bits;
  }

  private void add(int code, int destination, int source, int offset, int immediate) {
    program.put((byte) code).put((byte) (source << 4 | destination));
    program.putShort((short) offset).putInt(immediate);
  }
}
