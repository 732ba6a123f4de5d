/* Mounts that show the files' ids shifted, as a user namespace would have them.
 *
 * The disk keeps the ids that the image has: uid 0 of a layer appears as the uid that is root in the
 * container, and what that writes is uid 0 on the disk again. Nothing is copied and nothing chowned. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "idmap.h"
#include "mounts.h"

/* Holds a user namespace until it is killed; that nobody waits for it does not keep it alive. */
static _Noreturn void hold_namespace(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(0);
    for (;;) pause();
}

/* The kernel takes a map in one write and never again. */
int write_map(pid_t pid, const char *file, const char *map) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    int error = write(fd, map, strlen(map)) < 0 ? -errno : 0;
    close(fd);
    return error;
}

static int open_namespace(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/user", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* By the monitor, before there is a container: it sees the child under the pid that it has in /proc,
 * and the child does not count among the container's processes, of which it may have but one.
 * A mapping outlives its process by the descriptor, which the container's process inherits. */
int op_id_mapping(struct context *context, const struct argument *argument) {
    if (context->mapping_count == MAX_MAPPINGS) return -E2BIG;
    pid_t parent = getpid();
    /* No SIGCHLD: it is nobody's child but ours. */
    struct clone_args clone = {.flags = CLONE_NEWUSER};
    pid_t pid = (pid_t)syscall(SYS_clone3, &clone, sizeof clone);
    if (pid < 0) return -errno;
    if (pid == 0) hold_namespace(parent);
    int error = write_map(pid, "uid_map", argument[0].bytes);
    if (!error) error = write_map(pid, "gid_map", argument[1].bytes);
    int fd = error ? error : open_namespace(pid);
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR) continue;
    if (fd < 0) return fd;
    context->mappings[context->mapping_count++] = fd;
    return 0;
}

void close_mappings(struct context *context) {
    while (context->mapping_count > 0) close(context->mappings[--context->mapping_count]);
}

int map_mount(const struct context *context, int mount, uint64_t number, bool recursive) {
    if (number >= context->mapping_count) return -EBADF;
    int error = change_mount(mount, recursive,
                             (struct mount_attr){.attr_set = MOUNT_ATTR_IDMAP,
                                                 .userns_fd = (uint64_t)context->mappings[number]});
    return error == -EINVAL ? -EOPNOTSUPP : error;
}

/* Covers a path with its own mount, ids shifted: whoever comes by this path from now on, in this
 * mount namespace, gets them so. */
int op_map_ids(struct context *context, const struct argument *argument) {
    int target = open(argument[0].bytes, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (target < 0) return -errno;
    int mount = clone_mount(target, "", false);
    int error = mount < 0 ? mount : map_mount(context, mount, argument[1].number, false);
    if (!error) error = attach_mount(mount, target);
    if (mount >= 0) close(mount);
    close(target);
    return error;
}

/* Makes files as this user from now on, with the rights of root as before.
 *
 * overlayfs works on the upper directory as who mounted it. On a mount with shifted ids that user
 * must be one whose id can be shifted back, and root of the host is none. */
int op_file_owner(struct context *context, const struct argument *argument) {
    (void)context;
    uid_t uid = (uid_t)argument[0].number;
    gid_t gid = (gid_t)argument[1].number;
    /* Without this the change of user takes the capabilities over files away. */
    int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
    if (bits < 0 || prctl(PR_SET_SECUREBITS, bits | SECBIT_NO_SETUID_FIXUP, 0, 0, 0) < 0) return -errno;
    /* Neither call says whether it worked, but each tells what was before. */
    setfsgid(gid);
    setfsuid(uid);
    bool changed = (gid_t)setfsgid(gid) == gid && (uid_t)setfsuid(uid) == uid;
    if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) < 0) return -errno;
    return changed ? 0 : -EPERM;
}
