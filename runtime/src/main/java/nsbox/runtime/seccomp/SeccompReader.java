package nsbox.runtime.seccomp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Reads `linux.seccomp`, in plain loops: it runs once in every cold start.
final class SeccompReader {
  private static final int MAX_TRACE_MESSAGE = 0xffff;
  private static final int LAST_ARGUMENT = 5;
  private static final String WAIT_KILLABLE = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV";

  private SeccompReader() {}

  static Seccomp read(JsonObject seccomp) throws JsonException {
    Action defaultAction = action(seccomp, "defaultAction", "defaultErrnoRet");
    List<Seccomp.Rule> rules = new ArrayList<>();
    for (JsonObject rule : seccomp.objects("syscalls")) {
      rules.add(rule(rule));
    }
    Seccomp read = new Seccomp(defaultAction, architectures(seccomp), flags(seccomp), rules);
    checkListener(seccomp, read);
    return read;
  }

  /* Without somebody who answers, a call that is asked about would wait for ever. */
  private static void checkListener(JsonObject seccomp, Seccomp read) throws JsonException {
    if (read.defaultAction().kind() == Action.Kind.NOTIFY) {
      throw new JsonException(
          seccomp.locationOf("defaultAction")
              + ": SCMP_ACT_NOTIFY, but not every call can be asked about");
    }
    String path = seccomp.optionalString("listenerPath").orElse("");
    if (!path.isEmpty() && !path.startsWith("/")) {
      throw new JsonException(
          seccomp.locationOf("listenerPath") + ": not an absolute path: " + path);
    }
    if (read.notifies() && path.isEmpty()) {
      throw new JsonException(
          seccomp.locationOf("listenerPath") + ": missing, SCMP_ACT_NOTIFY needs it");
    }
    if (!read.notifies() && read.flags().contains(WAIT_KILLABLE)) {
      throw new JsonException(
          seccomp.locationOf("flags") + ": " + WAIT_KILLABLE + " without SCMP_ACT_NOTIFY");
    }
  }

  private static Seccomp.Rule rule(JsonObject rule) throws JsonException {
    List<String> names = rule.strings("names");
    if (names.isEmpty()) {
      throw new JsonException(rule.locationOf("names") + ": names no system call");
    }
    List<Seccomp.Argument> arguments = new ArrayList<>();
    for (JsonObject argument : rule.objects("args")) {
      arguments.add(argument(argument));
    }
    Action action = action(rule, "action", "errnoRet");
    /* The listener itself is sent by it, when nobody answers yet. */
    if (action.kind() == Action.Kind.NOTIFY && names.contains("sendmsg")) {
      throw new JsonException(
          rule.locationOf("names") + ": SCMP_ACT_NOTIFY cannot be used for sendmsg");
    }
    return new Seccomp.Rule(names, action, arguments);
  }

  private static Seccomp.Argument argument(JsonObject argument) throws JsonException {
    long index = argument.number("index");
    if (index < 0 || index > LAST_ARGUMENT) {
      throw new JsonException(
          argument.locationOf("index") + ": " + index + ", a system call has arguments 0 to 5");
    }
    return new Seccomp.Argument(
        (int) index,
        argument.unsigned("value"),
        argument.has("valueTwo") ? argument.unsigned("valueTwo") : 0,
        operator(argument));
  }

  private static Action action(JsonObject holder, String field, String errnoField)
      throws JsonException {
    String name = holder.string(field);
    Action.Kind kind =
        switch (name) {
          case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD" -> Action.Kind.KILL_THREAD;
          case "SCMP_ACT_KILL_PROCESS" -> Action.Kind.KILL_PROCESS;
          case "SCMP_ACT_TRAP" -> Action.Kind.TRAP;
          case "SCMP_ACT_ERRNO" -> Action.Kind.ERRNO;
          case "SCMP_ACT_TRACE" -> Action.Kind.TRACE;
          case "SCMP_ACT_ALLOW" -> Action.Kind.ALLOW;
          case "SCMP_ACT_LOG" -> Action.Kind.LOG;
          case "SCMP_ACT_NOTIFY" -> Action.Kind.NOTIFY;
          default -> throw unknown(holder, field, name, "seccomp action");
        };
    Optional<Long> errno = holder.optionalNumber(errnoField);
    if (errno.isEmpty()) {
      return Action.of(kind);
    }
    return new Action(kind, errno(holder, errnoField, errno.get(), kind));
  }

  private static int errno(JsonObject holder, String field, long errno, Action.Kind kind)
      throws JsonException {
    int limit =
        switch (kind) {
          case ERRNO -> Action.MAX_ERRNO;
          case TRACE -> MAX_TRACE_MESSAGE;
          default ->
              throw new JsonException(
                  holder.locationOf(field) + ": only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take one");
        };
    if (errno < 0 || errno > limit) {
      throw new JsonException(holder.locationOf(field) + ": " + errno + ", expected 0 to " + limit);
    }
    return (int) errno;
  }

  private static Operator operator(JsonObject argument) throws JsonException {
    String name = argument.string("op");
    return switch (name) {
      case "SCMP_CMP_NE" -> Operator.NOT_EQUAL;
      case "SCMP_CMP_LT" -> Operator.LESS;
      case "SCMP_CMP_LE" -> Operator.LESS_OR_EQUAL;
      case "SCMP_CMP_EQ" -> Operator.EQUAL;
      case "SCMP_CMP_GE" -> Operator.GREATER_OR_EQUAL;
      case "SCMP_CMP_GT" -> Operator.GREATER;
      case "SCMP_CMP_MASKED_EQ" -> Operator.MASKED_EQUAL;
      default -> throw unknown(argument, "op", name, "seccomp operator");
    };
  }

  private static List<Architecture> architectures(JsonObject seccomp) throws JsonException {
    List<String> names = seccomp.strings("architectures");
    List<Architecture> architectures = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      switch (names.get(i)) {
        case "SCMP_ARCH_X86_64" -> architectures.add(Architecture.X86_64);
        case "SCMP_ARCH_X86" -> architectures.add(Architecture.X86);
        case "SCMP_ARCH_X32" -> architectures.add(Architecture.X32);
        case "SCMP_ARCH_AARCH64" -> architectures.add(Architecture.AARCH64);
        case "SCMP_ARCH_ARM" -> architectures.add(Architecture.ARM);
        case "SCMP_ARCH_MIPS",
            "SCMP_ARCH_MIPS64",
            "SCMP_ARCH_MIPS64N32",
            "SCMP_ARCH_MIPSEL",
            "SCMP_ARCH_MIPSEL64",
            "SCMP_ARCH_MIPSEL64N32",
            "SCMP_ARCH_PPC",
            "SCMP_ARCH_PPC64",
            "SCMP_ARCH_PPC64LE",
            "SCMP_ARCH_S390",
            "SCMP_ARCH_S390X",
            "SCMP_ARCH_PARISC",
            "SCMP_ARCH_PARISC64",
            "SCMP_ARCH_RISCV64",
            "SCMP_ARCH_LOONGARCH64",
            "SCMP_ARCH_M68K",
            "SCMP_ARCH_SH",
            "SCMP_ARCH_SHEB" -> {}
        default -> throw unknown(seccomp, "architectures", i, names.get(i), "architecture");
      }
    }
    return architectures;
  }

  private static List<String> flags(JsonObject seccomp) throws JsonException {
    List<String> flags = seccomp.strings("flags");
    for (int i = 0; i < flags.size(); i++) {
      switch (flags.get(i)) {
        case "SECCOMP_FILTER_FLAG_TSYNC",
            "SECCOMP_FILTER_FLAG_LOG",
            "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
            WAIT_KILLABLE -> {}
        default -> throw unknown(seccomp, "flags", i, flags.get(i), "seccomp flag");
      }
    }
    return flags;
  }

  private static JsonException unknown(JsonObject holder, String field, String found, String what) {
    return new JsonException(holder.locationOf(field) + ": " + found + " is no " + what);
  }

  private static JsonException unknown(
      JsonObject holder, String field, int index, String found, String what) {
    return unknown(holder, field + "[" + index + "]", found, what);
  }
}
