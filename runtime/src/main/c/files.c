/* Instructions on files and cgroups of the host. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "operations.h"

static void sleep_milliseconds(long milliseconds) {
    struct timespec time = {milliseconds / 1000, (milliseconds % 1000) * 1000000};
    nanosleep(&time, NULL);
}

int op_mkdir(struct context *context, const struct argument *argument) {
    (void)context;
    return mkdir(argument[0].bytes, (mode_t)argument[1].number) < 0 ? -errno : 0;
}

/* One write(2): a file of cgroupfs or procfs takes a value only in one piece. */
static int write_once(int fd, const char *bytes, size_t length) {
    ssize_t written = write(fd, bytes, length);
    int error = written < 0 ? -errno : (size_t)written < length ? -EIO : 0;
    close(fd);
    return error;
}

int op_write_file(struct context *context, const struct argument *argument) {
    (void)context;
    int fd = open(argument[0].bytes, (int)argument[2].number | O_WRONLY | O_CLOEXEC,
                  (mode_t)argument[3].number);
    return fd < 0 ? -errno : write_once(fd, argument[1].bytes, argument[1].length);
}

/* Kernels differ in the names of a file, and a cgroup's files are there only once it is made. */
int op_write_first(struct context *context, const struct argument *argument) {
    (void)context;
    char **paths = argument[0].list, **contents = argument[1].list;
    for (size_t i = 0; paths[i] && contents[i]; i++) {
        int fd = open(paths[i], O_WRONLY | O_CLOEXEC);
        if (fd >= 0) return write_once(fd, contents[i], strlen(contents[i]));
        if (errno != ENOENT) return -errno;
    }
    return -ENOENT;
}

/* The name of any directory in a directory: 1, 0 if there is none, or -errno. */
static int first_directory(int directory, char name[256]) {
    int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    if (!entries) return -errno;
    struct dirent *entry;
    int found = 0;
    while (!found && (entry = readdir(entries))) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
        snprintf(name, 256, "%s", entry->d_name);
        found = 1;
    }
    closedir(entries);
    return found;
}

/* Removes one cgroup below, of those with none below them: 1, 0 if there is none, or -errno. Two
 * descriptors do, however deep it goes: how deep is the container's choice. */
static int remove_lowest(const char *top) {
    char name[256], below[256];
    int parent = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int found = parent < 0 ? -errno : first_directory(parent, name);
    while (found == 1) {
        int child = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int deeper = child < 0 ? -errno : first_directory(child, below);
        if (deeper != 1) {
            if (child >= 0) close(child);
            found = deeper < 0 ? deeper : unlinkat(parent, name, AT_REMOVEDIR) < 0 ? -errno : 1;
            break;
        }
        close(parent);
        parent = child;
        memcpy(name, below, sizeof name);
    }
    if (parent >= 0) close(parent);
    return found;
}

/* A cgroup is busy while there are others below it, which a container may have made, and for a moment
 * after its last process was reaped. */
int op_rmdir(struct context *context, const struct argument *argument) {
    long wait = 1, longest = context->nothing_ran ? 0 : 1024;
    while (rmdir(argument[0].bytes) < 0) {
        if (errno != EBUSY) return -errno;
        if (remove_lowest(argument[0].bytes) == 1) continue;
        if (wait > longest) return -EBUSY;
        sleep_milliseconds(wait);
        wait *= 2;
    }
    return 0;
}

/* Only if the link is still what it was: somebody else may have taken the name since. */
int op_unlink_link(struct context *context, const struct argument *argument) {
    (void)context;
    char content[4096];
    ssize_t length = readlink(argument[0].bytes, content, sizeof content);
    if (length < 0) return errno == EINVAL ? 0 : -errno; /* EINVAL: no link any more */
    if ((size_t)length != argument[1].length || memcmp(content, argument[1].bytes, (size_t)length) != 0) return 0;
    return unlink(argument[0].bytes) < 0 ? -errno : 0;
}

int op_unlink_named(struct context *context, const struct argument *argument) {
    char name[256], path[4096];
    int file = open(argument[0].bytes, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -errno;
    ssize_t length = read(file, name, sizeof name - 1);
    close(file);
    if (length <= 0) return length < 0 ? -errno : -EBADMSG;
    name[length] = 0;
    name[strcspn(name, "\n")] = 0;
    if (strchr(name, '/')) return -EBADMSG;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", argument[1].bytes, name) >= sizeof path) return -ENAMETOOLONG;
    struct argument link[2] = {{.bytes = path}, argument[2]};
    return op_unlink_link(context, link);
}

int op_rename(struct context *context, const struct argument *argument) {
    (void)context;
    return rename(argument[0].bytes, argument[1].bytes) < 0 ? -errno : 0;
}

/* Removes a file or an empty directory; -ENOTEMPTY for one with something in it. */
static int remove_one(int parent, const char *name) {
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) return 0;
    if (errno != EISDIR) return -errno;
    if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return 0;
    return errno == EEXIST ? -ENOTEMPTY : -errno;
}

/* Moves a directory straight below `top`, under a name that nothing there has. */
static int hoist(int parent, const char *name, int top) {
    static unsigned long number;
    char free_name[64];
    for (;;) {
        snprintf(free_name, sizeof free_name, ".hoisted-%d-%lu", getpid(), number++);
        if (renameat(parent, name, top, free_name) == 0 || errno == ENOENT) return 0;
        if (errno != ENOTEMPTY && errno != EEXIST) return -errno;
    }
}

static DIR *open_level(int parent, const char *name) {
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (!directory && fd >= 0) close(fd);
    return directory;
}

static bool is_dots(const char *name) { return !strcmp(name, ".") || !strcmp(name, ".."); }

/* Takes everything out of one directory; what is full in there goes to `top` and has its turn later. */
static int empty_level(int parent, const char *name, int top) {
    DIR *directory = open_level(parent, name);
    if (!directory) return errno == ENOENT ? 0 : -errno;
    int first = 0;
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        if (is_dots(entry->d_name)) continue;
        int error = remove_one(dirfd(directory), entry->d_name);
        if (error == -ENOTEMPTY) error = hoist(dirfd(directory), entry->d_name, top);
        if (error && !first) first = error;
    }
    closedir(directory);
    return first;
}

/* Through descriptors, so that nobody can turn a path into a link below us; and two of them at most,
 * however deep it goes: how deep is the container's choice. */
static int empty_tree(DIR *directory) {
    int top = dirfd(directory), first;
    bool progress;
    do {
        first = 0;
        progress = false;
        rewinddir(directory);
        struct dirent *entry;
        while ((entry = readdir(directory))) {
            if (is_dots(entry->d_name)) continue;
            int error = remove_one(top, entry->d_name);
            if (error == -ENOTEMPTY) {
                error = empty_level(top, entry->d_name, top);
                if (!error) error = remove_one(top, entry->d_name);
                progress = progress || !error;
            }
            if (error && !first) first = error;
        }
    } while (progress);
    return first;
}

int op_remove_tree(struct context *context, const struct argument *argument) {
    (void)context;
    int error = remove_one(AT_FDCWD, argument[0].bytes);
    if (error != -ENOTEMPTY) return error;
    DIR *directory = open_level(AT_FDCWD, argument[0].bytes);
    if (!directory) return errno == ENOENT ? 0 : -errno;
    error = empty_tree(directory);
    closedir(directory);
    return error ? error : remove_one(AT_FDCWD, argument[0].bytes);
}

/* Who uses a volume has a file in there, and whoever wants to use it makes one: from the moment that
 * the folder of these files is gone, nobody can. */
int op_remove_volume(struct context *context, const struct argument *argument) {
    char path[4096];
    const char *volume = argument[0].bytes;
    if ((size_t)snprintf(path, sizeof path, "%s/users/%s", volume, argument[2].bytes) >= sizeof path) return -ENAMETOOLONG;
    if (unlink(path) < 0 && errno != ENOENT) return -errno;
    *strrchr(path, '/') = 0;
    if (rmdir(path) < 0 && errno != ENOENT) return errno == ENOTEMPTY || errno == EEXIST ? 0 : -errno;
    if (rename(volume, argument[1].bytes) < 0 && errno != ENOENT) return -errno;
    return op_remove_tree(context, argument + 1);
}

/* Sends SIGKILL to each process of a cgroup that has no cgroup.kill; gives how many there were. */
static int kill_members(const char *cgroup) {
    char path[4096];
    snprintf(path, sizeof path, "%s/cgroup.procs", cgroup);
    FILE *members = fopen(path, "re");
    if (!members) return -errno;
    int count = 0;
    long pid;
    while (fscanf(members, "%ld", &pid) == 1) {
        if (pid > 0) kill((pid_t)pid, SIGKILL);
        count++;
    }
    fclose(members);
    return count;
}

int op_kill_cgroup(struct context *context, const struct argument *argument) {
    /* Then whatever is in there is not ours: another container may have the same cgroup. */
    if (context->nothing_ran) return 0;
    const char *cgroup = argument[0].bytes;
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/cgroup.kill", cgroup) >= sizeof path)
        return -ENAMETOOLONG;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t written = write(fd, "1", 1);
        int error = written < 0 ? -errno : 0;
        close(fd);
        /* systemd removes a scope as soon as it is empty, also now. */
        if (error == -ENOENT || error == -ENODEV) return 0;
        if (error) return error;
    }
    for (int tries = 0; tries < 2000; tries++) {
        int count = kill_members(cgroup);
        if (count == 0 || count == -ENOENT || count == -ENODEV) return 0;
        if (count < 0) return count;
        sleep_milliseconds(5);
    }
    return -ETIMEDOUT;
}
