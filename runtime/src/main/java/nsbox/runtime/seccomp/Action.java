package nsbox.runtime.seccomp;

/// What the kernel does with a call.
///
/// @param data the errno of [Kind#ERRNO], the message to the tracer of [Kind#TRACE], else 0
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#seccomp Seccomp
public record Action(Kind kind, int data) {
  /// The largest errno that the kernel returns as it is (MAX_ERRNO).
  static final int MAX_ERRNO = 4095;

  private static final int EPERM = 1;
  private static final int ENOSYS = 38;

  /// The caller sees that the kernel does not know the call.
  static final Action UNKNOWN_CALL = new Action(Kind.ERRNO, ENOSYS);

  /// What libseccomp does to a call of an architecture that the filter does not name.
  static final Action FOREIGN_ARCHITECTURE = new Action(Kind.KILL_THREAD, 0);

  /// The actions of the specification with their `SECCOMP_RET_*` values.
  public enum Kind {
    KILL_THREAD(0),
    KILL_PROCESS(0x80000000),
    TRAP(0x00030000),
    ERRNO(0x00050000),
    NOTIFY(0x7fc00000),
    TRACE(0x7ff00000),
    LOG(0x7ffc0000),
    ALLOW(0x7fff0000);

    private final int returnValue;

    Kind(int returnValue) {
      this.returnValue = returnValue;
    }
  }

  /// The action without a choice of its own: EPERM where it carries an errno, as runc does.
  static Action of(Kind kind) {
    return new Action(kind, kind == Kind.ERRNO || kind == Kind.TRACE ? EPERM : 0);
  }

  /// As `equals`, which the JVM would have to generate first, and that takes longer than a compile.
  boolean is(Action other) {
    return kind == other.kind && data == other.data;
  }

  /// Whether the call takes place; a tracer is expected to know new calls itself.
  boolean permits() {
    return kind == Kind.ALLOW || kind == Kind.LOG || kind == Kind.TRACE;
  }

  /// What the filter returns to the kernel for this action.
  int returnValue() {
    return kind.returnValue | data;
  }
}
