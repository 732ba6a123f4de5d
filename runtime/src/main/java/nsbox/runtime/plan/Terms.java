package nsbox.runtime.plan;

import java.util.List;

/// The names that the specification knows; which of them are taken, [Features] finds out.
final class Terms {
  private Terms() {}

  static final List<String> HOOKS =
      List.of(
          "prestart",
          "createRuntime",
          "createContainer",
          "startContainer",
          "poststart",
          "poststop");

  static final List<String> NAMESPACES =
      List.of("cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts");

  static final List<String> MOUNT_OPTIONS =
      List.of(
          "acl",
          "async",
          "atime",
          "bind",
          "defaults",
          "dev",
          "diratime",
          "dirsync",
          "exec",
          "idmap",
          "iversion",
          "lazytime",
          "loud",
          "mand",
          "noacl",
          "noatime",
          "nodev",
          "nodiratime",
          "noexec",
          "noiversion",
          "nolazytime",
          "nomand",
          "norelatime",
          "nostrictatime",
          "nosuid",
          "nosymfollow",
          "private",
          "ratime",
          "rbind",
          "rdev",
          "rdiratime",
          "relatime",
          "remount",
          "rexec",
          "ridmap",
          "rnoatime",
          "rnodev",
          "rnodiratime",
          "rnoexec",
          "rnorelatime",
          "rnostrictatime",
          "rnosuid",
          "rnosymfollow",
          "ro",
          "rprivate",
          "rrelatime",
          "rro",
          "rrw",
          "rshared",
          "rslave",
          "rstrictatime",
          "rsuid",
          "rsymfollow",
          "runbindable",
          "rw",
          "shared",
          "silent",
          "slave",
          "strictatime",
          "suid",
          "symfollow",
          "sync",
          "tmpcopyup",
          "unbindable");

  static final List<String> SECCOMP_ACTIONS =
      List.of(
          "SCMP_ACT_ALLOW",
          "SCMP_ACT_ERRNO",
          "SCMP_ACT_KILL",
          "SCMP_ACT_KILL_PROCESS",
          "SCMP_ACT_KILL_THREAD",
          "SCMP_ACT_LOG",
          "SCMP_ACT_NOTIFY",
          "SCMP_ACT_TRACE",
          "SCMP_ACT_TRAP");

  static final List<String> SECCOMP_OPERATORS =
      List.of(
          "SCMP_CMP_EQ",
          "SCMP_CMP_GE",
          "SCMP_CMP_GT",
          "SCMP_CMP_LE",
          "SCMP_CMP_LT",
          "SCMP_CMP_MASKED_EQ",
          "SCMP_CMP_NE");

  static final List<String> SECCOMP_ARCHITECTURES =
      List.of(
          "SCMP_ARCH_AARCH64",
          "SCMP_ARCH_ARM",
          "SCMP_ARCH_LOONGARCH64",
          "SCMP_ARCH_M68K",
          "SCMP_ARCH_MIPS",
          "SCMP_ARCH_MIPS64",
          "SCMP_ARCH_MIPS64N32",
          "SCMP_ARCH_MIPSEL",
          "SCMP_ARCH_MIPSEL64",
          "SCMP_ARCH_MIPSEL64N32",
          "SCMP_ARCH_PARISC",
          "SCMP_ARCH_PARISC64",
          "SCMP_ARCH_PPC",
          "SCMP_ARCH_PPC64",
          "SCMP_ARCH_PPC64LE",
          "SCMP_ARCH_RISCV64",
          "SCMP_ARCH_S390",
          "SCMP_ARCH_S390X",
          "SCMP_ARCH_SH",
          "SCMP_ARCH_SHEB",
          "SCMP_ARCH_X32",
          "SCMP_ARCH_X86",
          "SCMP_ARCH_X86_64");

  static final List<String> SECCOMP_FLAGS =
      List.of(
          "SECCOMP_FILTER_FLAG_LOG",
          "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
          "SECCOMP_FILTER_FLAG_TSYNC",
          "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");

  static final List<String> MEMORY_MODES =
      List.of(
          "MPOL_BIND",
          "MPOL_DEFAULT",
          "MPOL_INTERLEAVE",
          "MPOL_LOCAL",
          "MPOL_PREFERRED",
          "MPOL_PREFERRED_MANY",
          "MPOL_WEIGHTED_INTERLEAVE");

  static final List<String> MEMORY_FLAGS =
      List.of("MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES");
}
