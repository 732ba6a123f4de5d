/* How containers on a network know each other: lines in each other's hosts files.
 *
 * Who joins leaves a file with its lines among the network's endpoints first, and looks for those of others
 * then. So of two that join at once, each sees the other or is seen by it; both may be true, and a line twice does
 * no harm. A line goes by becoming a comment, for the file is shown in the container as it is: it cannot be replaced. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operations.h"

/* A container's root may write to its own hosts file. */
#define MAX_HOSTS_BYTES (1 << 20)

struct network {
    const char *endpoints, *containers, *id;
};

/* NULL where it is none, or too large for one. */
static char *read_text(int fd) {
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > MAX_HOSTS_BYTES) return NULL;
    char *text = calloc((size_t)status.st_size + 1, 1);
    if (text && pread(fd, text, (size_t)status.st_size, 0) != status.st_size) {
        free(text);
        return NULL;
    }
    return text;
}

static int open_hosts(const struct network *network, const char *id, int flags) {
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s/hosts", network->containers, id) >= sizeof path) return -1;
    return open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* What its root has written last may have no end of a line. */
static bool is_within_line(int fd) {
    struct stat status;
    char last;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
           pread(fd, &last, 1, status.st_size - 1) == 1 && last != '\n';
}

/* A container without such a file knows nobody. */
static int append(const struct network *network, const char *id, const char *lines) {
    if (!*lines) return 0;
    int fd = open_hosts(network, id, O_RDWR | O_APPEND);
    if (fd < 0) return errno == ENOENT ? 0 : -errno;
    if (is_within_line(fd)) (void)!write(fd, "\n", 1);
    ssize_t written = write(fd, lines, strlen(lines));
    int error = written < 0 ? -errno : (size_t)written < strlen(lines) ? -ENOSPC : 0;
    close(fd);
    return error;
}

static void strike_line(int fd, const char *text, const char *line, size_t length) {
    for (const char *at = text; (at = strstr(at, line)); at += length)
        if (at == text || at[-1] == '\n') (void)!pwrite(fd, "#", 1, at - text);
}

static void strike(const struct network *network, const char *id, const char *lines) {
    int fd = open_hosts(network, id, O_RDWR);
    char *text = read_text(fd);
    while (text && *lines) {
        const char *end = strchr(lines, '\n');
        char *line = strndup(lines, end ? (size_t)(end - lines) + 1 : strlen(lines));
        if (line) strike_line(fd, text, line, strlen(line));
        free(line);
        lines = end ? end + 1 : "";
    }
    free(text);
    if (fd >= 0) close(fd);
}

static int open_endpoint(const struct network *network, const char *id, int flags) {
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", network->endpoints, id) >= sizeof path) return -1;
    return open(path, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static char *read_endpoint(const struct network *network, const char *id) {
    int fd = open_endpoint(network, id, O_RDONLY);
    char *text = read_text(fd);
    if (fd >= 0) close(fd);
    return text;
}

/* Whole or not at all, for others read it. */
static int write_endpoint(const struct network *network, const char *lines) {
    char unfinished[4096], path[4096], name[300];
    snprintf(name, sizeof name, ".new-%s", network->id);
    if ((size_t)snprintf(unfinished, sizeof unfinished, "%s/%s", network->endpoints, name) >= sizeof unfinished ||
        (size_t)snprintf(path, sizeof path, "%s/%s", network->endpoints, network->id) >= sizeof path)
        return -ENAMETOOLONG;
    int fd = open_endpoint(network, name, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd < 0) return -errno;
    ssize_t written = write(fd, lines, strlen(lines));
    int error = written < 0 ? -errno : (size_t)written < strlen(lines) ? -ENOSPC : 0;
    close(fd);
    if (!error && rename(unfinished, path) < 0) error = -errno;
    if (error) unlink(unfinished);
    return error;
}

/* Tells each of the others about us, and us about it; or takes that back. */
static int with_others(const struct network *network, const char *lines, bool leaves) {
    DIR *folder = opendir(network->endpoints);
    if (!folder) return errno == ENOENT && leaves ? 0 : -errno;
    int error = 0;
    for (struct dirent *entry; !error && (entry = readdir(folder));) {
        if (entry->d_name[0] == '.' || !strcmp(entry->d_name, network->id)) continue;
        char *theirs = read_endpoint(network, entry->d_name);
        if (leaves) {
            strike(network, entry->d_name, lines);
            if (theirs) strike(network, network->id, theirs);
        } else if (theirs) {
            error = append(network, network->id, theirs);
            /* What is wrong with another container's file is not our failure. */
            append(network, entry->d_name, lines);
        }
        free(theirs);
    }
    closedir(folder);
    return error;
}

int op_publish_names(struct context *context, const struct argument *argument) {
    (void)context;
    struct network network = {argument[0].bytes, argument[1].bytes, argument[2].bytes};
    int error = write_endpoint(&network, argument[4].bytes);
    if (!error) error = append(&network, network.id, argument[3].bytes);
    /* Where names are no use, there may be many. */
    return error || !*argument[4].bytes ? error : with_others(&network, argument[4].bytes, false);
}

int op_withdraw_names(struct context *context, const struct argument *argument) {
    (void)context;
    struct network network = {argument[0].bytes, argument[1].bytes, argument[2].bytes};
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", network.endpoints, network.id) >= sizeof path) return -ENAMETOOLONG;
    char *lines = read_endpoint(&network, network.id);
    if (unlink(path) < 0 && errno != ENOENT) {
        free(lines);
        return -errno;
    }
    strike(&network, network.id, argument[3].bytes);
    int error = lines && *lines ? with_others(&network, lines, true) : 0;
    free(lines);
    return error;
}

/* Before it is written to anew. Where the line is gone, it gets one. */
int op_reset_hosts(struct context *context, const struct argument *argument) {
    (void)context;
    const char *line = argument[1].bytes;
    int fd = open(argument[0].bytes, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? 0 : -errno;
    char *text = read_text(fd);
    const char *at = text ? strstr(text, line) : NULL;
    int error = 0;
    if (at && ftruncate(fd, at - text + (off_t)strlen(line)) < 0) error = -errno;
    if (!at && is_within_line(fd)) (void)!write(fd, "\n", 1);
    if (!at && write(fd, line, strlen(line)) < 0) error = -errno;
    free(text);
    close(fd);
    return error;
}
