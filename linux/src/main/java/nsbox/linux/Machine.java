package nsbox.linux;

/// The machines whose system call numbers and flag values are known.
enum Machine {
  X86_64,
  AARCH64;

  static final Machine HERE = named(System.getProperty("os.arch"));

  private static Machine named(String architecture) {
    return switch (architecture) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64" -> AARCH64;
      default -> throw new UnsupportedOperationException("system calls on " + architecture);
    };
  }
}
