#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "streams.h"

int progress_open(struct progress **entries, const char *directory) {
    char path[4096];
    size_t size = STREAMS * sizeof **entries;
    if ((size_t)snprintf(path, sizeof path, "%s/progress", directory) >= sizeof path) return -ENAMETOOLONG;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return -errno;
    void *mapped = ftruncate(fd, (off_t)size) < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int error = mapped == MAP_FAILED ? -errno : 0;
    close(fd);
    if (!error) *entries = mapped;
    return error;
}

static uint64_t inode(int fd) {
    struct stat status;
    return fd >= 0 && fstat(fd, &status) == 0 ? status.st_ino : 0;
}

/* Of eight bytes at a time: every byte that a container writes passes here. */
static uint64_t hash(const char *bytes, size_t length) {
    uint64_t value = 0xcbf29ce484222325 ^ length;
    for (size_t i = 0; i < length; i += sizeof value) {
        uint64_t next = 0;
        memcpy(&next, bytes + i, length - i < sizeof next ? length - i : sizeof next);
        value = (value ^ next) * 0x9e3779b97f4a7c15;
        value ^= value >> 29;
    }
    return value;
}

ssize_t progress_copy(const int pipe[2], int from, char *buffer, size_t length) {
    ssize_t copied = tee(from, pipe[1], length, SPLICE_F_NONBLOCK);
    return copied > 0 ? read(pipe[0], buffer, (size_t)copied) : copied;
}

void progress_mark(struct progress *progress, const struct log *log, size_t record_length, const char *bytes,
                   size_t length) {
    progress->length = 0; /* as long as the rest does not fit together */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    progress->file = inode(log->fd);
    progress->before = log->size;
    progress->after = log->size + record_length;
    progress->hash = hash(bytes, length);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    progress->length = length;
}

void progress_take(struct progress *progress, int from, int null, size_t length) {
    /* By one call, which is not broken off: all of it is there. */
    if (length && splice(from, NULL, null, NULL, length, 0) != (ssize_t)length) abort();
    progress->length = 0;
}

/* The container may have written the same once more, after the first was taken out: then, and only if we
 * were killed just there, one of the two is missed. */
static bool still_waits(const struct progress *progress, const int pipe[2], int from) {
    char *buffer = malloc(STREAM_BYTES);
    ssize_t copied = buffer ? progress_copy(pipe, from, buffer, progress->length) : -1;
    bool same = copied == (ssize_t)progress->length && hash(buffer, progress->length) == progress->hash;
    free(buffer);
    return same;
}

void progress_settle(struct progress *progress, struct log *log, const int pipe[2], int null, int from) {
    if (progress->length == 0 || progress->length > STREAM_BYTES || from < 0 || log->fd < 0) return;
    if (inode(log->fd) == progress->file && log->size > progress->before) {
        if (log->size < progress->after) {
            if (ftruncate(log->fd, (off_t)progress->before) == 0) log->size = progress->before;
        } else if (still_waits(progress, pipe, from)) {
            progress_take(progress, from, null, progress->length);
        }
    }
    progress->length = 0;
}
