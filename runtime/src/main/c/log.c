#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"
#include "wire.h"

/* Records on their way to the file: more than one read gives, so that it mostly takes one write. */
#define BATCH_BYTES (LOG_RECORD_BYTES + 131072)

#define NUMBERED_BYTES (4096 + 16)

/* A file of ours ends with a newline; what follows its last one was never finished. */
static int drop_unfinished(int fd, uint64_t *size) {
    char end[4096];
    while (*size > 0) {
        size_t length = *size < sizeof end ? (size_t)*size : sizeof end;
        if (pread(fd, end, length, (off_t)(*size - length)) != (ssize_t)length) return -EIO;
        const char *newline = memrchr(end, '\n', length);
        *size -= newline ? (size_t)(end + length - newline - 1) : length;
        if (newline) break;
    }
    return ftruncate(fd, (off_t)*size) < 0 ? -errno : 0;
}

int log_open(struct log *log) {
    struct stat status = {0};
    int fd = open(log->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return -errno;
    int error = fstat(fd, &status) < 0 ? -errno : 0;
    uint64_t size = (uint64_t)status.st_size;
    if (!error && S_ISREG(status.st_mode) && size > 0) error = drop_unfinished(fd, &size);
    if (error) {
        close(fd);
        return error;
    }
    log->fd = fd;
    log->size = size;
    return 0;
}

static const char *numbered(char *name, const struct log *log, unsigned number) {
    snprintf(name, NUMBERED_BYTES, number ? "%s.%u" : "%s", log->path, number);
    return name;
}

/* By renaming, so that a reader of the old file finds all of it there. Where that cannot be done, the
 * file grows: bytes count more than its size. */
static void rotate(struct log *log) {
    char from[NUMBERED_BYTES], to[NUMBERED_BYTES];
    for (unsigned number = log->files - 1; number > 1; number--)
        rename(numbered(from, log, number - 1), numbered(to, log, number));
    if ((log->files > 1 ? rename(log->path, numbered(to, log, 1)) : unlink(log->path)) < 0) return;
    close(log->fd);
    log->fd = -1;
    log_open(log);
}

/* All of it or nothing: half a record would spoil the one after it. */
static void write_records(struct log *log, const char *records, size_t length) {
    if (length == 0 || (log->fd < 0 && log_open(log))) return;
    if (write_all(log->fd, records, length) == 0) log->size += length;
    else if (ftruncate(log->fd, (off_t)log->size) < 0 && errno == EIO) {
        close(log->fd);
        log->fd = -1;
    }
}

static void format_time(char time[40]) {
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t length = strftime(time, 40, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(time + length, 40 - length, ".%09ldZ", now.tv_nsec);
}

/* A piece ends with its line, or where it is long enough, but not within a character. */
static size_t piece_length(const struct log *log, const char *bytes, size_t length, bool *ended) {
    const char *newline = memchr(bytes, '\n', length);
    size_t line = newline ? (size_t)(newline - bytes) : length;
    *ended = newline && line <= LOG_PIECE_BYTES;
    if (line <= LOG_PIECE_BYTES) return line;
    return LOG_PIECE_BYTES - (log->json ? log_unfinished(bytes, LOG_PIECE_BYTES) : 0);
}

/* Writes records, and takes what they were made of out of its FIFO. */
static void flush(struct log_stream *stream, const char *records, size_t record_length, const char *bytes, size_t length) {
    size_t taken = stream->taken < length ? stream->taken : length;
    stream->taken -= taken;
    length -= taken;
    if (stream->progress) progress_mark(stream->progress, stream->log, record_length, bytes + taken, length);
    write_records(stream->log, records, record_length);
    if (stream->progress) progress_take(stream->progress, stream->source, stream->null, length);
}

static void append_pieces(struct log_stream *stream, char *batch, const char *bytes, size_t length) {
    struct log *log = stream->log;
    char time[40];
    size_t at = 0;
    const char *begin = bytes; /* of what is not written yet */
    format_time(time);
    while (length > 0) {
        bool ended;
        size_t piece = piece_length(log, bytes, length, &ended);
        size_t record = log_record(batch + at, stream, time, bytes, piece, ended);
        if (log->limit && log->size + at > 0 && log->size + at + record > log->limit) {
            flush(stream, batch, at, begin, (size_t)(bytes - begin));
            rotate(log);
            memmove(batch, batch + at, record);
            begin = bytes;
            at = 0;
        }
        at += record;
        bytes += piece + ended;
        length -= piece + ended;
        if (at + LOG_RECORD_BYTES > BATCH_BYTES) {
            flush(stream, batch, at, begin, (size_t)(bytes - begin));
            begin = bytes;
            at = 0;
        }
    }
    if (at > 0) flush(stream, batch, at, begin, (size_t)(bytes - begin));
}

static char *scratch(struct log *log, size_t bytes) {
    if (bytes > log->scratch_bytes) {
        log_rest(log);
        log->scratch = malloc(bytes);
        log->scratch_bytes = log->scratch ? bytes : 0;
    }
    return log->scratch;
}

void log_rest(struct log *log) {
    free(log->scratch);
    log->scratch = NULL;
    log->scratch_bytes = 0;
}

void log_append(struct log_stream *stream, const char *bytes, size_t length) {
    if (!stream->log || length == 0) return;
    char *batch = scratch(stream->log, BATCH_BYTES + length + sizeof stream->held);
    if (!batch) return;
    stream->taken = stream->held_length;
    if (stream->held_length) {
        char *whole = batch + BATCH_BYTES;
        memcpy(whole, stream->held, stream->held_length);
        memcpy(whole + stream->held_length, bytes, length);
        bytes = whole;
        length += stream->held_length;
    }
    stream->held_length = stream->log->json ? log_unfinished(bytes, length) : 0;
    length -= stream->held_length;
    memcpy(stream->held, bytes + length, stream->held_length);
    append_pieces(stream, batch, bytes, length);
    if (stream->progress) progress_take(stream->progress, stream->source, stream->null, stream->held_length - stream->taken);
}

void log_finish(struct log_stream *stream) {
    char batch[256 + LOG_ATTRIBUTE_BYTES], time[40];
    if (!stream->log || stream->held_length == 0) return;
    format_time(time);
    size_t record = log_record(batch, stream, time, stream->held, stream->held_length, false);
    write_records(stream->log, batch, record);
    stream->held_length = 0;
}
