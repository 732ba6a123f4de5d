package nsbox.runtime.seccomp;

/// A system call table that a filter can speak about.
///
/// The order is that of the columns in `syscalls.txt`.
public enum Architecture {
  X86_64(0xC000003E, true),
  X86(0x40000003, false),
  X32(0xC000003E, false),
  AARCH64(0xC00000B7, true),
  ARM(0x40000028, false);

  /// Marks an x32 call; the kernel gives both ABIs of a 64-bit x86 the same audit value.
  static final int X32_BIT = 0x40000000;

  /// From here on ARM has calls of its own, far above the common numbers.
  static final int ARM_PRIVATE = 0x0F0000;

  private final int auditValue;
  private final boolean wide;

  Architecture(int auditValue, boolean wide) {
    this.auditValue = auditValue;
    this.wide = wide;
  }

  /// The architecture that this JVM runs on.
  ///
  /// @throws IllegalStateException on anything but 64-bit x86 and ARM
  public static Architecture ofThisMachine() {
    String name = System.getProperty("os.arch");
    return switch (name) {
      case "amd64" -> X86_64;
      case "aarch64" -> AARCH64;
      default -> throw new IllegalStateException("no system call table for " + name);
    };
  }

  /// `seccomp_data.arch` of its calls, as `AUDIT_ARCH_*` in linux/audit.h.
  int auditValue() {
    return auditValue;
  }

  /// Whether arguments are compared in 64 bits; else the upper half is ignored, as by libseccomp.
  boolean wide() {
    return wide;
  }

  /// `seccomp_data.nr` of the call with this number in the table.
  int callNumber(int tableNumber) {
    return this == X32 ? tableNumber | X32_BIT : tableNumber;
  }
}
