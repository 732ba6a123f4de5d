/* What few mounts ask for: instructions on the mount that was prepared last, which stands nowhere yet,
 * and on mounts that have their place. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "idmap.h"
#include "mounts.h"

/* How deep a tree may be that is copied: each level takes two descriptors and some of the stack. */
#define MAX_DEPTH 128

static int last_prepared(const struct context *context) {
    return context->prepared_count ? context->prepared[context->prepared_count - 1] : -EBADF;
}

int op_mount_attributes(struct context *context, const struct argument *argument) {
    int mount = last_prepared(context);
    if (mount < 0) return mount;
    return change_mount(mount, argument[0].number,
                        (struct mount_attr){.attr_set = argument[1].number,
                                            .attr_clr = argument[2].number,
                                            .propagation = argument[3].number});
}

int op_mount_mapping(struct context *context, const struct argument *argument) {
    int mount = last_prepared(context);
    return mount < 0 ? mount : map_mount(context, mount, argument[0].number, argument[1].number);
}

int op_propagation_at(struct context *context, const struct argument *argument) {
    int fd = open_at(context, argument[0].bytes, O_PATH);
    if (fd < 0) return fd;
    int error = change_mount(fd, argument[1].number, (struct mount_attr){.propagation = argument[2].number});
    close(fd);
    return error;
}

static int reconfigure(int filesystem, char *const *options) {
    for (; *options; options++) {
        int error = configure(filesystem, *options);
        if (error) return error;
    }
    return syscall(SYS_fsconfig, filesystem, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0 ? -errno : 0;
}

/* What was said of the file system before and is not said now stays as it is. */
int op_reconfigure_at(struct context *context, const struct argument *argument) {
    int fd = open_at(context, argument[0].bytes, O_PATH);
    if (fd < 0) return fd;
    int filesystem = (int)syscall(SYS_fspick, fd, "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC);
    int error = filesystem < 0 ? -errno : reconfigure(filesystem, argument[1].list);
    if (filesystem >= 0) close(filesystem);
    close(fd);
    return error;
}

static int copy_file(int from, const char *name, int to) {
    int source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (source < 0) return -errno;
    int copy = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int error = copy < 0 ? -errno : 0;
    ssize_t sent = 1;
    while (!error && sent > 0) {
        sent = sendfile(copy, source, NULL, 1 << 20);
        if (sent < 0) error = -errno;
    }
    if (copy >= 0) close(copy);
    close(source);
    return error;
}

static int copy_link(int from, const char *name, int to) {
    char content[4096];
    ssize_t length = readlinkat(from, name, content, sizeof content - 1);
    if (length < 0) return -errno;
    content[length] = 0;
    return symlinkat(content, to, name) < 0 ? -errno : 0;
}

/* After the owner the mode, for a change of owner takes the setuid bit away; the time last of all. */
static int copy_status(int to, const char *name, const struct stat *status) {
    struct timespec times[2] = {status->st_atim, status->st_mtim};
    if (fchownat(to, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0 ||
        (!S_ISLNK(status->st_mode) && fchmodat(to, name, status->st_mode & 07777, 0) < 0) ||
        utimensat(to, name, times, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    return 0;
}

static int copy_directory(int from, int to, int depth);

static int copy_below(int from, const char *name, int to, int depth) {
    if (mkdirat(to, name, 0700) < 0) return -errno;
    int source = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (source < 0) return -errno;
    int copy = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int error = copy < 0 ? -errno : copy_directory(source, copy, depth);
    if (copy >= 0) close(copy);
    else close(source);
    return error;
}

static int copy_entry(int from, const char *name, int to, int depth) {
    struct stat status;
    if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
    int error;
    if (S_ISDIR(status.st_mode))
        error = copy_below(from, name, to, depth);
    else if (S_ISREG(status.st_mode))
        error = copy_file(from, name, to);
    else if (S_ISLNK(status.st_mode))
        error = copy_link(from, name, to);
    else
        error = mknodat(to, name, status.st_mode, status.st_rdev) < 0 ? -errno : 0;
    return error ? error : copy_status(to, name, &status);
}

/* Takes `from` over and closes it. */
static int copy_directory(int from, int to, int depth) {
    DIR *directory = depth < MAX_DEPTH ? fdopendir(from) : NULL;
    if (!directory) {
        int error = depth < MAX_DEPTH ? -errno : -ELOOP;
        close(from);
        return error;
    }
    int error = 0;
    struct dirent *entry;
    while (!error && (errno = 0, entry = readdir(directory))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        error = copy_entry(from, entry->d_name, to, depth + 1);
    }
    if (!error && errno) error = -errno;
    closedir(directory);
    return error;
}

static int copy_root(int to, const struct stat *from, bool keep_mode) {
    struct stat status = *from, own;
    if (fstat(to, &own) < 0) return -errno;
    if (keep_mode) status.st_mode = own.st_mode;
    return copy_status(to, ".", &status);
}

/* 1, 0 if there is something in it, or -errno. */
static int is_empty(int directory) {
    int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    if (!entries) return -errno;
    struct dirent *entry;
    int count = 0;
    while (count < 3 && (errno = 0, entry = readdir(entries))) count++; /* "." and ".." are two */
    int error = count < 3 ? -errno : 0;
    closedir(entries);
    return error ? error : count < 3;
}

/* Fills the prepared mount, if it is empty, with what the container has where it is going to stand. Through
 * descriptors, while the mount is nowhere to be seen. */
int op_copy_up(struct context *context, const struct argument *argument) {
    int mount = last_prepared(context);
    if (mount < 0) return mount;
    int from = open_at(context, argument[0].bytes, O_RDONLY | O_DIRECTORY);
    if (from == -ENOENT) return 0;
    if (from < 0) return from;
    struct stat status;
    int error = fstat(from, &status) < 0 ? -errno : 0;
    /* The descriptor of a mount only names it; to make files takes one that is open. */
    int to = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!error && to < 0) error = -errno;
    int empty = error ? error : is_empty(to);
    if (empty != 1) {
        error = empty;
        close(from);
    } else {
        error = copy_directory(from, to, 0);
        if (!error) error = copy_root(to, &status, argument[1].number);
    }
    if (to >= 0) close(to);
    return error;
}
