package nsbox.runtime.seccomp;

import java.io.IOException;

/// A profile whose filter is longer than the kernel takes.
public final class FilterTooLongException extends IOException {
  private static final long serialVersionUID = 1L;

  /// The most instructions of one classic BPF program (BPF_MAXINSNS).
  public static final int LIMIT = 4096;

  private final int instructions;

  FilterTooLongException(int instructions) {
    super(
        "linux.seccomp: the filter would have "
            + instructions
            + " instructions, the kernel takes at most "
            + LIMIT);
    this.instructions = instructions;
  }

  /// How many instructions the filter would have.
  public int instructions() {
    return instructions;
  }
}
