/* Instructions on mounts, by the container's process in its own mount namespace.
 *
 * Paths "at" are paths inside the container. They are resolved below the root's descriptor by
 * openat2(2) with RESOLVE_IN_ROOT and never become a path of the host again: what an image or a
 * neighbour put there (a link, an exchange in the middle) cannot lead outside. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mounts.h"

static int open_in(int root, const char *path, int flags, uint64_t resolve) {
    struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC),
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve};
    /* EAGAIN: something above was renamed meanwhile; the kernel wants us to look again. */
    for (int tries = 0;; tries++) {
        int fd = (int)syscall(SYS_openat2, root, *path ? path : "/", &how, sizeof how);
        if (fd >= 0) return fd;
        if (errno != EAGAIN || tries == 1000) return -errno;
    }
}

int open_at(struct context *context, const char *path, int flags) {
    if (context->root_fd < 0) return -EBADF;
    return open_in(context->root_fd, path, flags, 0);
}

/* Splits "/a/b/c" into "/a/b" and "c"; both are the caller's to free. */
static void split_path(const char *path, char **parent, char **name) {
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/') end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') start--;
    *parent = start > 0 ? strndup(path, start) : strdup("/");
    *name = strndup(path + start, end - start);
    if (!*parent || !*name) abort();
}

/* The directory in which the last name of a path stands, created if it is missing. */
static int open_parent_at(struct context *context, const char *path, char **name) {
    char *parent;
    split_path(path, &parent, name);
    int fd = open_directory_at(context, parent, 0755);
    free(parent);
    return fd;
}

int open_directory_at(struct context *context, const char *path, mode_t mode) {
    int fd = open_at(context, path, O_PATH | O_DIRECTORY);
    if (fd != -ENOENT) return fd;
    char *name;
    int parent = open_parent_at(context, path, &name);
    if (parent >= 0 && mkdirat(parent, name, mode) < 0 && errno != EEXIST) {
        fd = -errno;
    } else if (parent >= 0) {
        fd = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) fd = -errno;
    } else {
        fd = parent;
    }
    if (parent >= 0) close(parent);
    free(name);
    return fd;
}

static int open_file_at(struct context *context, const char *path) {
    int fd = open_at(context, path, O_PATH);
    if (fd != -ENOENT) return fd;
    char *name;
    int parent = open_parent_at(context, path, &name);
    if (parent < 0) {
        free(name);
        return parent;
    }
    int created = openat(parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    int error = created < 0 && errno != EEXIST ? -errno : 0;
    if (created >= 0) close(created);
    fd = error ? error : openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (!error && fd < 0) fd = -errno;
    close(parent);
    free(name);
    return fd;
}

int change_mount(int mount, bool recursive, struct mount_attr attributes) {
    unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
    return syscall(SYS_mount_setattr, mount, "", flags, &attributes, sizeof attributes) < 0 ? -errno : 0;
}

static int set_attributes(int mount, bool recursive, uint64_t set, uint64_t clear) {
    return change_mount(mount, recursive, (struct mount_attr){.attr_set = set, .attr_clr = clear});
}

int attach_mount(int mount, int target) {
    return syscall(SYS_move_mount, mount, "", target, "",
                   MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0 ? -errno : 0;
}

int clone_mount(int at, const char *path, bool recursive) {
    unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
    int fd = (int)syscall(SYS_open_tree, at, path, flags);
    return fd < 0 ? -errno : fd;
}

int configure(int filesystem, const char *option) {
    const char *value = strchr(option, '=');
    if (!value)
        return syscall(SYS_fsconfig, filesystem, FSCONFIG_SET_FLAG, option, NULL, 0) < 0 ? -errno : 0;
    char *key = strndup(option, (size_t)(value - option));
    if (!key) abort();
    int error = syscall(SYS_fsconfig, filesystem, FSCONFIG_SET_STRING, key, value + 1, 0) < 0 ? -errno : 0;
    free(key);
    return error;
}

int new_mount(const char *type, const char *source, uint64_t attributes, char *const *options,
              char *const *lower) {
    int filesystem = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
    if (filesystem < 0) return -errno;
    int error = 0;
    if (*source && syscall(SYS_fsconfig, filesystem, FSCONFIG_SET_STRING, "source", source, 0) < 0)
        error = -errno;
    for (; !error && lower && *lower; lower++)
        if (syscall(SYS_fsconfig, filesystem, FSCONFIG_SET_STRING, "lowerdir+", *lower, 0) < 0)
            error = -errno;
    for (; !error && options && *options; options++) error = configure(filesystem, *options);
    if (!error && syscall(SYS_fsconfig, filesystem, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) error = -errno;
    int mount = error ? error : (int)syscall(SYS_fsmount, filesystem, FSMOUNT_CLOEXEC, attributes);
    if (!error && mount < 0) mount = -errno;
    close(filesystem);
    return mount;
}

int attach_and_close(int mount, int target) {
    int error = mount < 0 ? mount : target < 0 ? target : attach_mount(mount, target);
    if (mount >= 0) close(mount);
    if (target >= 0) close(target);
    return error;
}

/* The descriptor; or the error, if something went wrong with it, and then it is closed. */
static int or_error(int fd, int error) {
    if (!error) return fd;
    if (fd >= 0) close(fd);
    return error;
}

int op_unshare(struct context *context, const struct argument *argument) {
    (void)context;
    return unshare((int)argument[0].number) < 0 ? -errno : 0;
}

int op_propagation(struct context *context, const struct argument *argument) {
    (void)context;
    return mount(NULL, argument[0].bytes, NULL, argument[1].number, NULL) < 0 ? -errno : 0;
}

int op_mount(struct context *context, const struct argument *argument) {
    (void)context;
    return mount(argument[0].bytes, argument[1].bytes, argument[2].bytes, argument[3].number,
                 argument[4].bytes) < 0 ? -errno : 0;
}

int op_unmount(struct context *context, const struct argument *argument) {
    (void)context;
    return umount2(argument[0].bytes, (int)argument[1].number | UMOUNT_NOFOLLOW) < 0 ? -errno : 0;
}

int op_enter_root(struct context *context, const struct argument *argument) {
    context->root_fd = open(argument[0].bytes, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return context->root_fd < 0 ? -errno : 0;
}

/* Who mounts over a part of the container's procfs gives it files that lie: about limits and labels, and
 * about what is masked (CVE-2023-28642). Some numbers of the whole host are often replaced by those of
 * a container, and a whole procfs may stand on another; the rest is refused, as runc does. */
static int check_cover(struct context *context, int mount, int target, const char *path) {
    static const char *const replaceable[] = {
        "cpuinfo", "diskstats", "meminfo", "stat", "swaps", "uptime", "loadavg", "slabinfo",
        "sys/kernel/ns_last_pid", "sys/crypto/fips_enabled"};
    if (mount < 0 || target < 0 || !is_procfs(target)) return 0;
    if (is_procfs_root(target) && is_procfs_root(mount)) return 0;
    for (size_t i = 0; i < sizeof replaceable / sizeof *replaceable; i++)
        if (!strncmp(path, "/proc/", 6) && !strcmp(path + 6, replaceable[i])) return 0;
    snprintf(context->detail, sizeof context->detail, "%.400s is inside of procfs", path);
    return -EPERM;
}

/* A target that is a link is refused: file systems like proc decide over the rest, so where they
 * stand must not be the image's choice (CVE-2019-19921 and its family). */
int op_mount_at(struct context *context, const struct argument *argument) {
    int target = open_directory_at(context, argument[2].bytes, 0755);
    if (target < 0) return target;
    close(target);
    target = open_in(context->root_fd, argument[2].bytes, O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
    if (target < 0) return target;
    int mount = new_mount(argument[0].bytes, argument[1].bytes, argument[3].number, argument[4].list, NULL);
    int error = check_cover(context, mount, target, argument[2].bytes);
    return attach_and_close(or_error(mount, error), target);
}

int clone_bind(const char *source, uint64_t flags, uint64_t set, uint64_t clear, uint64_t propagation) {
    bool below = flags & BIND_BELOW;
    unsigned tree = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (below ? AT_RECURSIVE : 0) |
                    (flags & BIND_NO_FOLLOW ? AT_SYMLINK_NOFOLLOW : 0);
    int mount = (int)syscall(SYS_open_tree, AT_FDCWD, source, tree);
    if (mount < 0) return -errno;
    /* Attributes stop at the mount itself unless asked otherwise: what the host shows read-only below
     * it must not become writable by an "rw" that was meant for the top. Propagation goes all the way. */
    int error = set_attributes(mount, flags & BIND_ATTRIBUTES_BELOW, set, clear);
    if (!error) error = change_mount(mount, below, (struct mount_attr){.propagation = propagation});
    return or_error(mount, error);
}

int place_mount(struct context *context, int mount, const char *path) {
    struct stat status, place;
    int target = fstat(mount, &status) < 0 ? -errno
                 : S_ISDIR(status.st_mode) ? open_directory_at(context, path, 0755)
                                           : open_file_at(context, path);
    /* move_mount says EINVAL here, which could mean anything. */
    if (target >= 0 && !S_ISDIR(status.st_mode) && fstat(target, &place) == 0 && S_ISDIR(place.st_mode))
        target = or_error(target, -EISDIR);
    int error = check_cover(context, mount, target, path);
    return attach_and_close(mount, or_error(target, error));
}

int op_bind_at(struct context *context, const struct argument *argument) {
    int mount = clone_bind(argument[0].bytes, argument[2].number, argument[3].number, argument[4].number,
                           argument[5].number);
    return mount < 0 ? mount : place_mount(context, mount, argument[1].bytes);
}

int op_set_attributes_at(struct context *context, const struct argument *argument) {
    int fd = open_at(context, argument[0].bytes, O_PATH);
    if (fd < 0) return fd;
    int error = set_attributes(fd, argument[1].number, argument[2].number, argument[3].number);
    close(fd);
    return error;
}

int op_readonly_at(struct context *context, const struct argument *argument) {
    int target = open_at(context, argument[0].bytes, O_PATH);
    if (target < 0) return target;
    int mount = clone_mount(target, "", true);
    int error = mount < 0 ? mount : set_attributes(mount, true, MOUNT_ATTR_RDONLY, 0);
    return attach_and_close(or_error(mount, error), target);
}

bool is_null_device(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

/* A masked file becomes the host's /dev/null, not the container's, which the image may have
 * replaced (CVE-2025-31133); a masked directory becomes an empty file system. */
int op_mask_at(struct context *context, const struct argument *argument) {
    int target = open_at(context, argument[0].bytes, O_PATH);
    if (target < 0) return target;
    struct stat status;
    int mount;
    if (fstat(target, &status) < 0) {
        mount = -errno;
    } else if (S_ISDIR(status.st_mode)) {
        char *options[] = {"nr_blocks=1", "nr_inodes=1", "ro", NULL};
        mount = new_mount("tmpfs", "tmpfs", MOUNT_ATTR_RDONLY, options, NULL);
    } else {
        mount = clone_mount(AT_FDCWD, "/dev/null", false);
        int error = mount < 0 ? mount : is_null_device(mount) ? 0 : -ENODEV;
        if (!error) error = set_attributes(mount, false, MOUNT_ATTR_RDONLY, 0);
        mount = or_error(mount, error);
    }
    return attach_and_close(mount, target);
}

int op_mkdir_at(struct context *context, const struct argument *argument) {
    int fd = open_directory_at(context, argument[0].bytes, (mode_t)argument[1].number);
    if (fd >= 0) close(fd);
    return fd < 0 ? fd : 0;
}

/* Whether what has the name already is what was to be made. */
static bool is_device(int parent, const char *name, mode_t mode, dev_t device) {
    struct stat status;
    return fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           (status.st_mode & S_IFMT) == (mode & S_IFMT) && (S_ISFIFO(mode) || status.st_rdev == device);
}

int op_mknod_at(struct context *context, const struct argument *argument) {
    char *name;
    int parent = open_parent_at(context, argument[0].bytes, &name);
    int error = parent < 0 ? parent : 0;
    mode_t mode = (mode_t)argument[1].number;
    dev_t device = makedev((unsigned)argument[2].number, (unsigned)argument[3].number);
    /* The whole mode at once: chmod(2) on the name would follow a link that a neighbour of the directory
     * has put in the node's place. */
    mode_t before = umask(0);
    bool made = !error && mknodat(parent, name, mode, device) == 0;
    if (!error && !made) error = -errno;
    umask(before);
    if (error == -EEXIST && is_device(parent, name, mode, device)) error = 0;
    /* A device of another's is no use to a user of the container. */
    if (made && fchownat(parent, name, (uid_t)argument[4].number, (gid_t)argument[5].number,
                           AT_SYMLINK_NOFOLLOW) < 0)
        error = -errno;
    if (parent >= 0) close(parent);
    free(name);
    return error;
}

static bool is_link_to(int parent, const char *name, const char *wanted) {
    char content[4096];
    ssize_t length = readlinkat(parent, name, content, sizeof content);
    return length >= 0 && (size_t)length == strlen(wanted) && !memcmp(content, wanted, (size_t)length);
}

/* A link that is there already and leads the same way is as good. */
int op_symlink_at(struct context *context, const struct argument *argument) {
    char *name;
    int parent = open_parent_at(context, argument[1].bytes, &name);
    int error = parent < 0 ? parent : symlinkat(argument[0].bytes, parent, name) < 0 ? -errno : 0;
    if (error == -EEXIST && is_link_to(parent, name, argument[0].bytes)) error = 0;
    if (parent >= 0) close(parent);
    free(name);
    return error;
}

/* Makes the new root "/" and lets the old one go. pivot_root(".", ".") stacks the old root onto the
 * new one, so no directory for it is needed inside the container. */
int op_pivot_root(struct context *context, const struct argument *argument) {
    (void)argument;
    int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (old < 0) return -errno;
    int error = 0;
    if (fchdir(context->root_fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0) error = -errno;
    /* Whoever shares mounts with the host's namespace must not see this one being taken down. */
    if (!error && (fchdir(old) < 0 || mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0 ||
                   umount2(".", MNT_DETACH) < 0 || chdir("/") < 0))
        error = -errno;
    close(old);
    return error;
}
