#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

/* Enough for a time, a stream's name and the tag. */
#define PREFIX_BYTES 64

static size_t format_prefix(char *prefix, const char *name) {
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t length = strftime(prefix, PREFIX_BYTES, "%Y-%m-%dT%H:%M:%S", &utc);
    return length + (size_t)snprintf(prefix + length, PREFIX_BYTES - length, ".%09ldZ %s F ", now.tv_nsec, name);
}

static size_t count_lines(const char *bytes, size_t length) {
    size_t lines = 1;
    for (size_t i = 0; i < length; i++) lines += bytes[i] == '\n';
    return lines;
}

void log_append(struct log_stream *log, const char *bytes, size_t length) {
    if (log->fd < 0 || length == 0) return;
    char prefix[PREFIX_BYTES];
    size_t prefix_length = format_prefix(prefix, log->name);
    char *records = malloc(length + count_lines(bytes, length) * (prefix_length + 1));
    if (!records) return;
    size_t at = 0;
    while (length > 0) {
        const char *newline = memchr(bytes, '\n', length);
        size_t line = newline ? (size_t)(newline - bytes) : length;
        memcpy(records + at, prefix, prefix_length);
        if (!newline) records[at + prefix_length - 2] = 'P';
        at += prefix_length;
        memcpy(records + at, bytes, line);
        at += line;
        records[at++] = '\n';
        line += newline != NULL;
        bytes += line;
        length -= line;
    }
    if (write_all(log->fd, records, at)) {
        close(log->fd);
        log->fd = -1;
    }
    free(records);
}
