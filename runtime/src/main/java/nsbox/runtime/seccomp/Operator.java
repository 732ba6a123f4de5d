package nsbox.runtime.seccomp;

/// How an argument of a call is compared, unsigned.
public enum Operator {
  NOT_EQUAL,
  LESS,
  LESS_OR_EQUAL,
  EQUAL,
  GREATER_OR_EQUAL,
  GREATER,
  /// The bits of `value` in the argument are those of `valueTwo`.
  MASKED_EQUAL
}
