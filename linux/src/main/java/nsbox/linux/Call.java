package nsbox.linux;

import java.util.Locale;

/// The system calls in use, by their numbers on the two machines that nsbox runs on.
///
/// Calling by number needs nothing of the C library but `syscall(2)`, and reaches calls that the
/// library has no wrapper for.
///
/// @spec https://man7.org/linux/man-pages/man2/syscalls.2.html
enum Call {
  READ(0, 63),
  WRITE(1, 64),
  CLOSE(3, 57),
  IOCTL(16, 29),
  FLOCK(73, 32),
  FSYNC(74, 82),
  FDATASYNC(75, 83),
  FTRUNCATE(77, 46),
  FCHMOD(91, 52),
  FCHOWN(93, 55),
  LSETXATTR(189, 6),
  FSETXATTR(190, 7),
  LGETXATTR(192, 9),
  FGETXATTR(193, 10),
  LLISTXATTR(195, 12),
  FLISTXATTR(196, 13),
  LSEEK(8, 62),
  GETDENTS64(217, 61),
  MKDIRAT(258, 34),
  MKNODAT(259, 33),
  FCHOWNAT(260, 54),
  UNLINKAT(263, 35),
  LINKAT(265, 37),
  SYMLINKAT(266, 36),
  READLINKAT(267, 78),
  FCHMODAT(268, 53),
  UTIMENSAT(280, 88),
  SYNCFS(306, 267),
  RENAMEAT2(316, 276),
  COPY_FILE_RANGE(326, 285),
  STATX(332, 291),
  OPENAT2(437, 437),
  QUOTACTL_FD(443, 443);

  final long number;

  Call(int x8664, int aarch64) {
    number = Machine.HERE == Machine.X86_64 ? x8664 : aarch64;
  }

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
