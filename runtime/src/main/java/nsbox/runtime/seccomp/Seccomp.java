package nsbox.runtime.seccomp;

import java.util.List;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// `linux.seccomp` of a config.json: which system calls a container may make.
///
/// @param defaultAction for calls that no rule matches
/// @param architectures beside that of the machine, which every filter has; may be empty
/// @param flags as the specification names them
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#seccomp Seccomp
public record Seccomp(
    Action defaultAction,
    List<Architecture> architectures,
    List<String> flags,
    List<Seccomp.Rule> rules) {

  private static final int FILTER_FLAG_LOG = 1 << 1;
  private static final int FILTER_FLAG_SPEC_ALLOW = 1 << 2;
  private static final int FILTER_FLAG_NEW_LISTENER = 1 << 3;
  private static final int FILTER_FLAG_WAIT_KILLABLE_RECV = 1 << 5;

  /// One entry of `syscalls`.
  ///
  /// @param names of system calls; those that nobody knows are skipped
  /// @param arguments which must all match; none matches every call. Two of one index mean
  ///   "either", because runc, and so the profiles written for it, take them so
  public record Rule(List<String> names, Action action, List<Argument> arguments) {}

  /// @param index 0 to 5
  /// @param value unsigned; the mask of [Operator#MASKED_EQUAL]
  /// @param valueTwo what [Operator#MASKED_EQUAL] expects of the masked bits, else unused
  public record Argument(int index, long value, long valueTwo, Operator op) {}

  /// Reads the object `linux.seccomp`.
  ///
  /// Architectures of the specification that neither 64-bit x86 nor 64-bit ARM machines can run are
  /// left out: no call of theirs can reach the filter.
  ///
  /// @throws JsonException if a field has a value that the specification does not know; the message
  ///   names the field
  public static Seccomp parse(JsonObject seccomp) throws JsonException {
    return SeccompReader.read(seccomp);
  }

  /// Whether an agent on the host is asked about some call.
  public boolean notifies() {
    for (Rule rule : rules) {
      if (rule.action().kind() == Action.Kind.NOTIFY) {
        return true;
      }
    }
    return false;
  }

  /// The flags for seccomp(2), `SECCOMP_FILTER_FLAG_*`.
  ///
  /// TSYNC adds nothing: the process that loads the filter has one thread.
  public int filterFlags() {
    int bits = notifies() ? FILTER_FLAG_NEW_LISTENER : 0;
    for (String flag : flags) {
      switch (flag) {
        case "SECCOMP_FILTER_FLAG_LOG" -> bits |= FILTER_FLAG_LOG;
        case "SECCOMP_FILTER_FLAG_SPEC_ALLOW" -> bits |= FILTER_FLAG_SPEC_ALLOW;
        case "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" -> bits |= FILTER_FLAG_WAIT_KILLABLE_RECV;
        default -> {}
      }
    }
    return bits;
  }
}
