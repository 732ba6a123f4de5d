/* Changes to a container's hosts file.
 *
 * The file is shown in the container as it is: it cannot be replaced, and the container reads it at any time. So a
 * line goes by becoming a comment, from its first character on, and such a line is what a new one is written to,
 * its first character last. Who comes and goes so does not make the file longer. The container's root may write to it,
 * too. */
#include "hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A larger one is left as it is. */
#define MAX_HOSTS_BYTES (4 << 20)

static int read_text(struct hosts *hosts) {
    struct stat status;
    if (fstat(hosts->fd, &status) < 0) return -errno;
    bool ours = S_ISREG(status.st_mode) && status.st_size <= MAX_HOSTS_BYTES;
    hosts->length = ours ? (size_t)status.st_size : 0;
    hosts->text = ours ? malloc(hosts->length + 1) : NULL;
    if (ours && !hosts->text) return -ENOMEM;
    ssize_t length = ours ? pread(hosts->fd, hosts->text, hosts->length, 0) : 0;
    if (length < 0) return -errno;
    if (ours) {
        hosts->length = (size_t)length;
        hosts->text[length] = 0;
        return 0;
    }
    close(hosts->fd);
    hosts->fd = -1;
    return 0;
}

int hosts_open(struct hosts *hosts, const char *folder) {
    *hosts = (struct hosts){.fd = -1};
    hosts->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (hosts->folder < 0) return errno == ENOENT ? 0 : -errno;
    while (flock(hosts->folder, LOCK_EX) < 0)
        if (errno != EINTR) return -errno;
    hosts->fd = openat(hosts->folder, "hosts", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (hosts->fd < 0) return errno == ENOENT ? 0 : -errno;
    return read_text(hosts);
}

void hosts_close(struct hosts *hosts) {
    free(hosts->text);
    if (hosts->fd >= 0) close(hosts->fd);
    if (hosts->folder >= 0) close(hosts->folder);
}

static size_t line_length(const char *line) {
    return strcspn(line, "\n");
}

/* Blanks up to the end of the line. */
static bool is_rest_blank(const char *at) {
    at += strspn(at, " ");
    return *at == '\n' || !*at;
}

static char *next_line(char *line) {
    line += line_length(line);
    return *line ? line + 1 : line;
}

static char *find(struct hosts *hosts, const char *line, size_t length) {
    for (char *at = hosts->text; *at; at = next_line(at))
        if (!strncmp(at, line, length) && is_rest_blank(at + length)) return at;
    return NULL;
}

/* A line that one of ours has had, and that is long enough. */
static char *find_place(struct hosts *hosts, size_t length) {
    for (char *at = hosts->text; *at; at = next_line(at))
        if (*at == '#' && line_length(at) >= length && length > 1 && is_rest_blank(at + 1)) return at;
    return NULL;
}

static int write_at(struct hosts *hosts, const char *at, size_t length) {
    ssize_t written = pwrite(hosts->fd, at, length, at - hosts->text);
    return written < 0 ? -errno : (size_t)written < length ? -ENOSPC : 0;
}

static int append(struct hosts *hosts, const char *text, size_t length) {
    bool ends = !hosts->length || hosts->text[hosts->length - 1] == '\n';
    char *longer = realloc(hosts->text, hosts->length + length + 2);
    if (!longer) return -ENOMEM;
    hosts->text = longer;
    char *end = longer + hosts->length;
    if (!ends) *end++ = '\n';
    memcpy(end, text, length);
    end[length] = 0;
    size_t before = hosts->length;
    hosts->length = (size_t)(end - longer) + length;
    return write_at(hosts, longer + before, hosts->length - before);
}

static int add_line(struct hosts *hosts, const char *line, size_t length) {
    if (find(hosts, line, length)) return 0;
    char *place = find_place(hosts, length);
    if (!place) {
        char *whole = strndup(line, length + 1);
        if (!whole) return -ENOMEM;
        whole[length] = '\n';
        int error = append(hosts, whole, length + 1);
        free(whole);
        return error;
    }
    memcpy(place, line, length);
    int error = write_at(hosts, place + 1, length - 1);
    return error ? error : write_at(hosts, place, 1);
}

static int strike_line(struct hosts *hosts, const char *line, size_t length) {
    for (char *at; (at = find(hosts, line, length));) {
        memset(at, ' ', length);
        *at = '#';
        int error = write_at(hosts, at, 1);
        if (!error) error = write_at(hosts, at + 1, length - 1);
        if (error) return error;
    }
    return 0;
}

static int for_each(struct hosts *hosts, const char *lines, int (*change)(struct hosts *, const char *, size_t)) {
    int error = 0;
    while (!error && hosts->fd >= 0 && *lines) {
        size_t length = line_length(lines);
        if (length) error = change(hosts, lines, length);
        lines += length + (lines[length] == '\n');
    }
    return error;
}

int hosts_add(struct hosts *hosts, const char *lines) {
    return for_each(hosts, lines, add_line);
}

int hosts_strike(struct hosts *hosts, const char *lines) {
    return for_each(hosts, lines, strike_line);
}

int hosts_cut(struct hosts *hosts, const char *line) {
    if (hosts->fd < 0) return 0;
    char *at = find(hosts, line, line_length(line));
    if (!at) return append(hosts, line, strlen(line));
    hosts->length = (size_t)(next_line(at) - hosts->text);
    hosts->text[hosts->length] = 0;
    return ftruncate(hosts->fd, (off_t)hosts->length) < 0 ? -errno : 0;
}
