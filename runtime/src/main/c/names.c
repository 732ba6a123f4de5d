/* How containers on a network know each other: lines in each other's hosts files.
 *
 * Who joins leaves a file with its lines among the network's endpoints first, and looks for those of others
 * then. So of two that join at once, each sees the other or is seen by it; a line is never there twice. Who leaves
 * takes its file away first; so who has just told itself of another looks once more whether that is still there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hosts.h"
#include "operations.h"

struct network {
    const char *endpoints, *containers, *id;
};

/* Another container on the network. */
struct other {
    struct other *next;
    char *lines;
    char id[];
};

static int open_endpoint(const struct network *network, const char *id, int flags) {
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", network->endpoints, id) >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* NULL where it has none. */
static char *read_endpoint(const struct network *network, const char *id) {
    struct stat status;
    int fd = open_endpoint(network, id, O_RDONLY);
    char *text = fd >= 0 && fstat(fd, &status) == 0 ? calloc((size_t)status.st_size + 1, 1) : NULL;
    if (text && read(fd, text, (size_t)status.st_size) != status.st_size) {
        free(text);
        text = NULL;
    }
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

static void free_others(struct other *others) {
    while (others) {
        struct other *next = others->next;
        free(others->lines);
        free(others);
        others = next;
    }
}

static int read_others(const struct network *network, struct other **others) {
    *others = NULL;
    DIR *folder = opendir(network->endpoints);
    if (!folder) return errno == ENOENT ? 0 : -errno;
    int error = 0;
    for (struct dirent *entry; !error && (entry = readdir(folder));) {
        if (entry->d_name[0] == '.' || !strcmp(entry->d_name, network->id)) continue;
        size_t length = strlen(entry->d_name) + 1;
        struct other *other = malloc(sizeof *other + length);
        if (!other) {
            error = -ENOMEM;
            break;
        }
        *other = (struct other){.next = *others, .lines = read_endpoint(network, entry->d_name)};
        memcpy(other->id, entry->d_name, length);
        *others = other;
    }
    closedir(folder);
    return error;
}

/* Strikes lines of a container's hosts file, and adds others. */
static int change(const struct network *network, const char *id, const char *struck, const char *added) {
    char folder[4096];
    struct hosts hosts;
    if ((size_t)snprintf(folder, sizeof folder, "%s/%s", network->containers, id) >= sizeof folder) return -ENAMETOOLONG;
    int error = hosts_open(&hosts, folder);
    if (!error) error = hosts_strike(&hosts, struck);
    if (!error) error = hosts_add(&hosts, added);
    hosts_close(&hosts);
    return error;
}

/* What all of them are known by, and before it `first`. */
static char *all_lines(const char *first, const struct other *others) {
    size_t length = strlen(first) + 1;
    for (const struct other *other = others; other; other = other->next)
        length += other->lines ? strlen(other->lines) : 0;
    char *text = malloc(length);
    char *end = text ? stpcpy(text, first) : NULL;
    for (const struct other *other = others; text && other; other = other->next)
        if (other->lines) end = stpcpy(end, other->lines);
    return text;
}

/* What is wrong with another container's file is not our failure. */
static void tell_others(const struct network *network, const struct other *others, const char *struck, const char *added) {
    for (const struct other *other = others; other; other = other->next)
        (void)change(network, other->id, struck, added);
}

static int forget_gone(const struct network *network, const struct other *others) {
    int error = 0;
    for (const struct other *other = others; other && !error; other = other->next) {
        int fd = open_endpoint(network, other->id, O_PATH);
        if (fd >= 0) close(fd);
        else if (errno == ENOENT && other->lines) error = change(network, network->id, other->lines, "");
    }
    return error;
}

int op_publish_names(struct context *context, const struct argument *argument) {
    (void)context;
    struct network network = {argument[0].bytes, argument[1].bytes, argument[2].bytes};
    const char *own = argument[3].bytes, *lines = argument[4].bytes;
    /* Of its last run, or of the name that it had. */
    char *before = read_endpoint(&network, network.id);
    struct other *others = NULL;
    int error = write_endpoint(&network, lines);
    /* Where names are no use, there may be many. */
    if (!error && (*lines || (before && *before))) error = read_others(&network, &others);
    if (!error) tell_others(&network, others, before && strcmp(before, lines) ? before : "", lines);
    char *known = error ? NULL : all_lines(own, others);
    if (!error) error = known ? change(&network, network.id, "", known) : -ENOMEM;
    if (!error) error = forget_gone(&network, others);
    free(known);
    free(before);
    free_others(others);
    return error;
}

int op_withdraw_names(struct context *context, const struct argument *argument) {
    (void)context;
    struct network network = {argument[0].bytes, argument[1].bytes, argument[2].bytes};
    char *lines = read_endpoint(&network, network.id);
    struct other *others = NULL;
    char path[4096];
    int error = (size_t)snprintf(path, sizeof path, "%s/%s", network.endpoints, network.id) >= sizeof path ? -ENAMETOOLONG : 0;
    if (!error && unlink(path) < 0 && errno != ENOENT) error = -errno;
    if (!error && lines && *lines) error = read_others(&network, &others);
    if (!error) tell_others(&network, others, lines ? lines : "", "");
    char *known = error ? NULL : all_lines(argument[3].bytes, others);
    /* What its own file says, it sees itself; whatever is wrong with that, its addresses have to be given back. */
    if (known) (void)change(&network, network.id, known, "");
    free(known);
    free(lines);
    free_others(others);
    return error;
}

/* Before it is written to anew. */
int op_reset_hosts(struct context *context, const struct argument *argument) {
    struct hosts hosts;
    int error = hosts_open(&hosts, argument[0].bytes);
    if (error == -ELOOP) snprintf(context->detail, sizeof context->detail, "%s/hosts is a link now", argument[0].bytes);
    if (!error) error = hosts_cut(&hosts, argument[1].bytes);
    hosts_close(&hosts);
    return error;
}
