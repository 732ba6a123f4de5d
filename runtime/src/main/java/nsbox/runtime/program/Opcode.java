package nsbox.runtime.program;

/// The instructions of a launch program.
///
/// `opcodes.def` beside the C sources holds the same table for the side that runs them; a test
/// compares the two. Argument kinds: `i` an integer, `s` a string, `b` bytes, `v` a list of
/// strings.
public enum Opcode {
  MKDIR(1, "si"),
  WRITE_FILE(2, "sbii"),
  RMDIR(3, "s"),
  RENAME(5, "ss"),
  REMOVE_TREE(6, "s"),
  KILL_CGROUP(7, "s"),
  DEVICE_FILTER(8, "sb"),
  UNLINK_LINK(9, "ss"),

  RECORD_MONITOR(20, "s"),
  SPAWN(21, "iiss"),
  RECORD_PROCESS(22, "s"),
  AWAIT_EXEC(23, ""),
  RECORD_EXIT(24, "s"),
  SIGNAL(25, "iii"),
  AWAIT_EXIT(26, "iii"),
  ID_MAPPING(27, "ss"),

  DIE_WITH_MONITOR(40, ""),
  UNSHARE(41, "i"),
  SET_HOSTNAME(42, "s"),
  SET_DOMAINNAME(43, "s"),
  PROPAGATION(44, "si"),
  MOUNT(45, "sssis"),
  OVERLAY(46, "sivv"),
  ENTER_ROOT(47, "s"),
  MOUNT_AT(48, "sssiv"),
  BIND_AT(49, "ssiiii"),
  MKDIR_AT(50, "si"),
  MKNOD_AT(51, "siiiii"),
  SYMLINK_AT(52, "ss"),
  MASK_AT(53, "s"),
  READONLY_AT(54, "s"),
  SET_ATTRIBUTES_AT(55, "siii"),
  SYSCTL_AT(56, "ss"),
  PIVOT_ROOT(57, ""),
  NETLINK(58, "b"),
  MAP_IDS(59, "si"),
  FILE_OWNER(60, "ii"),
  UNMOUNT(61, "si"),

  TERMINAL(70, "iii"),
  NULL_INPUT(71, ""),
  CHOWN_STDIO(72, "ii"),
  SESSION_KEYRING(73, "s"),
  RLIMIT(74, "iii"),
  NO_NEW_PRIVILEGES(75, ""),
  UMASK(76, "i"),
  SECCOMP(77, "ib"),
  BOUNDING_SET(78, "i"),
  IDENTITY(79, "iib"),
  CAPABILITIES(80, "iii"),
  AMBIENT_SET(81, "i"),
  CHDIR(82, "s"),
  EXECUTE(83, "vvs"),
  OOM_SCORE_ADJUST(84, "s");

  private final int code;
  private final String arguments;
  private final String text;

  Opcode(int code, String arguments) {
    this.code = code;
    this.arguments = arguments;
    this.text = name().toLowerCase(java.util.Locale.ROOT);
  }

  /// The number on the wire and in teardown programs on disk; never given to another instruction.
  public int code() {
    return code;
  }

  /// One letter for each argument.
  public String arguments() {
    return arguments;
  }

  /// The name as `opcodes.def` and `--explain` write it: `mount_at`.
  public String text() {
    return text;
  }
}
