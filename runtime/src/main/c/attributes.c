/* Instructions on the process itself that few containers ask for; all of it survives execve(2). */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "mounts.h"

#define IOPRIO_WHO_PROCESS 1
/* How much of it the kernel reads is a field of struct sched_attr. */
#define SCHED_ATTR_BYTES 56
/* The root of every procfs has this inode, and nothing else in it has. */
#define PROC_ROOT_INODE 1

/* The raw calls: 0 is the calling thread, and one thread is all we are. */
int op_scheduler(struct context *context, const struct argument *argument) {
    (void)context;
    if (argument[0].length < SCHED_ATTR_BYTES) return -EINVAL;
    return syscall(SYS_sched_setattr, 0, argument[0].bytes, 0) < 0 ? -errno : 0;
}

int op_io_priority(struct context *context, const struct argument *argument) {
    (void)context;
    return syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, (int)argument[0].number) < 0 ? -errno : 0;
}

int op_cpu_affinity(struct context *context, const struct argument *argument) {
    (void)context;
    return syscall(SYS_sched_setaffinity, 0, argument[0].length, argument[0].bytes) < 0 ? -errno : 0;
}

int op_memory_policy(struct context *context, const struct argument *argument) {
    (void)context;
    /* The kernel takes one bit less than it is told of. */
    unsigned long bits = argument[1].length * 8;
    return syscall(SYS_set_mempolicy, (int)argument[0].number, bits ? argument[1].bytes : NULL,
                   bits ? bits + 1 : 0) < 0 ? -errno : 0;
}

int op_personality(struct context *context, const struct argument *argument) {
    (void)context;
    return personality(argument[0].number) < 0 ? -errno : 0;
}

bool is_procfs(int fd) {
    struct statfs filesystem;
    return fstatfs(fd, &filesystem) == 0 && filesystem.f_type == PROC_SUPER_MAGIC;
}

bool is_procfs_root(int fd) {
    struct stat status;
    return is_procfs(fd) && fstat(fd, &status) == 0 && status.st_ino == PROC_ROOT_INODE;
}

/* A procfs that stands nowhere, so that nobody can put anything on top of a part of it. Where we may
 * not have one, the container's, if it is one and not a piece of it. */
static int open_procfs(void) {
    int fd = new_mount("proc", "proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, NULL, NULL);
    if (fd >= 0) return fd;
    fd = open("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return -errno;
    if (is_procfs_root(fd)) return fd;
    close(fd);
    return -EXDEV;
}

/* Writes a file of procfs, below a directory of it that may be a link to another below the same one, as
 * "self" is.
 *
 * Never through the container's /proc: what stands there, or over a part of it, may be the image's
 * choice or a neighbour's, and the write would go to another file, or nowhere (CVE-2019-16884,
 * CVE-2025-52881). */
int write_procfs(const char *directory, const char *path, const char *bytes, size_t length) {
    int procfs = open_procfs();
    if (procfs < 0) return procfs;
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS};
    int below = (int)syscall(SYS_openat2, procfs, directory, &how, sizeof how);
    int error = below < 0 ? -errno : 0;
    how.flags = O_WRONLY | O_CLOEXEC;
    how.resolve |= RESOLVE_NO_SYMLINKS;
    int fd = error ? -1 : (int)syscall(SYS_openat2, below, path, &how, sizeof how);
    if (!error && fd < 0) error = -errno;
    if (!error && !is_procfs(fd)) error = -EXDEV;
    if (!error && write(fd, bytes, length) < 0) error = -errno;
    if (fd >= 0) close(fd);
    if (below >= 0) close(below);
    close(procfs);
    return error;
}

/* A label that went elsewhere would be no label, and what runs then has more rights than it should. */
int op_thread_attribute(struct context *context, const struct argument *argument) {
    (void)context;
    return write_procfs("thread-self", argument[0].bytes, argument[1].bytes, argument[1].length);
}

int op_oom_score_adjust(struct context *context, const struct argument *argument) {
    (void)context;
    return write_procfs("self", "oom_score_adj", argument[0].bytes, argument[0].length);
}

int op_time_offsets(struct context *context, const struct argument *argument) {
    (void)context;
    return write_procfs("self", "timens_offsets", argument[0].bytes, argument[0].length);
}

int op_sysctl_at(struct context *context, const struct argument *argument) {
    (void)context;
    return write_procfs("sys", argument[0].bytes, argument[1].bytes, argument[1].length);
}
