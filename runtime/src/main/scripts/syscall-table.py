#!/usr/bin/python3
"""Writes SyscallNumbers.java, the numbers of the system calls, from the libseccomp of this machine.

Run it in the folder runtime/ after an upgrade of libseccomp:
    /usr/bin/python3 src/main/scripts/syscall-table.py > src/main/java/nsbox/runtime/seccomp/SyscallNumbers.java
"""
import ctypes
import textwrap

X32_BIT = 0x40000000
# Column, audit token, what is added to a number to ask libseccomp for it, numbers beside 0..699.
ARCHITECTURES = [
    ("x86_64", 0xC000003E, 0, []),
    ("x86", 0x40000003, 0, []),
    ("x32", 0x4000003E, X32_BIT, []),
    ("aarch64", 0xC00000B7, 0, []),
    ("arm", 0x40000028, 0, list(range(0xF0001, 0xF0007))),
]
# Newer than Debian 12's libseccomp. Since Linux 5.1 a new call has one number everywhere.
NEWER = {
    457: "statmount", 458: "listmount", 459: "lsm_get_self_attr", 460: "lsm_set_self_attr",
    461: "lsm_list_modules", 462: "mseal", 463: "setxattrat", 464: "getxattrat",
    465: "listxattrat", 466: "removexattrat", 467: "open_tree_attr", 468: "file_getattr",
    469: "file_setattr", 470: "listns",
}
NEWER_X86_64 = {335: "uretprobe", 336: "uprobe"}

library = ctypes.CDLL("libseccomp.so.2")
library.seccomp_syscall_resolve_num_arch.restype = ctypes.c_void_p
library.seccomp_syscall_resolve_num_arch.argtypes = [ctypes.c_uint32, ctypes.c_int]
library.free.argtypes = [ctypes.c_void_p]

table = {}
for column, (name, token, offset, more) in enumerate(ARCHITECTURES):
    for number in list(range(700)) + more:
        found = library.seccomp_syscall_resolve_num_arch(token, number + offset)
        if found:
            table.setdefault(ctypes.string_at(found).decode(), {})[column] = number
            library.free(found)
    for number, call in NEWER.items():
        table.setdefault(call, {}).setdefault(column, number)
for number, call in NEWER_X86_64.items():
    table.setdefault(call, {}).setdefault(0, number)

entries = " ".join(
    " ".join([call] + [str(table[call].get(column, "-")) for column in range(len(ARCHITECTURES))])
    for call in sorted(table))
print("""package nsbox.runtime.seccomp;

/// The numbers of the system calls, written by src/main/scripts/syscall-table.py.
final class SyscallNumbers {
  /// A name and five columns, again and again: %s; `-` where there is none. The columns of x32
  /// are without bit 30.
  static final String TABLE =
      \"\"\"""" % " ".join(name for name, _, _, _ in ARCHITECTURES))
for line in textwrap.wrap(entries, 92, break_long_words=False, break_on_hyphens=False):
    print("      " + line)
print("""      \"\"\";

  private SyscallNumbers() {}
}""")
