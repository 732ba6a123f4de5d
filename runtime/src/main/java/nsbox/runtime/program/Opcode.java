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
  UNLINK_NAMED(162, "sss"),
  UNLINK_LINK(9, "ss"),
  SEND_LISTENER(10, "sss"),
  HOOK(11, "svvisss"),
  AWAIT_LISTENER(12, ""),
  AWAIT_RESTORED(13, "s"),
  OPEN_AS(14, "si"),
  MAP_PROCESS_BY(17, "sv"),
  KEEP_GROUPS(18, ""),
  REMOVE_VOLUME(19, "sss"),

  RECORD_MONITOR(20, "s"),
  SPAWN(21, "iis"),
  RECORD_PROCESS(22, "s"),
  AWAIT_EXEC(23, ""),
  SIGNAL(25, "iii"),
  AWAIT_EXIT(26, "iii"),
  AWAIT_EXITS(161, "v"),
  END_PROCESS(114, "svvi"),
  ID_MAPPING(27, "ss"),
  AWAIT_PLANNER(29, ""),
  AWAIT_PROCESS(30, ""),
  AWAIT_SYNC(31, "i"),
  GO_ON(32, ""),
  MAP_PROCESS(33, "ssi"),
  LIMIT_PROCESS(34, "iii"),
  START_FIFO(35, "s"),
  CONSOLE_SOCKET(36, "s"),
  PID_FILE(37, "s"),
  MONITOR_PID_FILE(150, "s"),
  PIDFD_SOCKET(38, "s"),
  START(39, "s"),

  LINKS(136, "bii"),
  NETFILTER(137, "bssi"),
  CHECK_FILTER(138, "s"),
  PUBLISH_NAMES(139, "sssss"),
  WITHDRAW_NAMES(140, "ssss"),
  JOIN_NETWORKS(141, "s"),
  LEAVE_NETWORKS(142, "s"),
  REPAIR_NETWORKS(146, "s"),
  RESET_HOSTS(147, "ss"),
  FORGET_FLOWS(148, "b"),
  HOLD_PORTS(143, "v"),
  REMOVE_LINK(144, "is"),
  OF_PROCESS(145, "ii"),

  LOG_FILE(115, "ssii"),
  NAMED_STREAMS(116, "si"),
  ATTACH_SOCKET(117, "s"),
  RESTART(118, "siss"),
  TIME_LIMIT(119, "i"),
  CLAIM(120, "sss"),
  RECORD_END(121, "ss"),
  RECORD_STARTED(122, "ss"),
  EVENT(123, "sssssi"),
  WITHDRAW(124, "ssssss"),
  EXEC_EVENT(132, "sssssvi"),
  PASS_STREAMS(133, ""),
  LOG_ATTRIBUTES(134, "s"),
  HEALTH_CHECK(125, "biiiiis"),
  HEALTH_RECORD(126, "sssss"),
  HEALTH_FAILURE(127, "iii"),
  HEALTH_START(128, "s"),
  PROBE(130, "s"),
  NOTIFY(135, "ss"),

  WRITE_FIRST(28, "vv"),

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
  PREPARE_OF(95, "iis"),
  MOUNT_OF(94, "iiss"),

  GO_ON_IN_CHILD(97, "i"),
  SYNC(98, "i"),
  JOIN_NAMESPACES(99, "vb"),
  JOIN_PROCESS(100, "iii"),
  JOIN_CONTAINER(129, "i"),
  BECOME_ROOT(101, ""),
  TIME_OFFSETS(102, "s"),
  DUMPABLE(103, "i"),
  PREPARE_BIND(104, "siiii"),
  PLACE_AT(105, "is"),
  ENTER_DIRECTORY(106, "s"),
  BIND_ROOT(107, ""),
  CHANGE_ROOT(108, ""),

  MOVE_INTERFACE(92, "sss"),

  PRIVATE_PARENT(62, "s"),
  COVER(63, "s"),
  MOVE_ROOT(64, ""),

  MOUNT_ATTRIBUTES(65, "iiii"),
  MOUNT_MAPPING(66, "ii"),
  PREPARE_FILESYSTEM(67, "ssiv"),
  COPY_UP(68, "si"),
  PROPAGATION_AT(69, "sii"),
  RECONFIGURE_AT(91, "sv"),

  AWAIT_START(109, ""),
  DONE(113, ""),
  OUTLIVE_MONITOR(110, ""),
  FIND_PROGRAM(111, "ss"),
  HOME(112, "i"),
  LISTEN_PID(93, ""),
  TERMINAL(70, "iiii"),
  NULL_INPUT(71, ""),
  NULL_STREAMS(160, ""),
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
  EXECUTE(83, "vvsi"),
  OOM_SCORE_ADJUST(84, "s"),

  THREAD_ATTRIBUTE(85, "ss"),
  SCHEDULER(86, "b"),
  IO_PRIORITY(87, "i"),
  CPU_AFFINITY(88, "b"),
  MEMORY_POLICY(89, "ib"),
  PERSONALITY(90, "i");

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
