#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "operations.h"
#include "progress.h"

void stream_prepare(const struct stream *stream, struct pollfd *wanted) {
    *wanted = (struct pollfd){.fd = -1};
    if (stream->buffer)
        *wanted = (struct pollfd){.fd = stream->to, .events = POLLOUT};
    else if (stream->from >= 0 && !clients_busy(stream->clients))
        *wanted = (struct pollfd){.fd = stream->from, .events = POLLIN};
}

static void end_source(struct stream *stream) {
    close(stream->from);
    stream->from = -1;
}

static void drop(struct stream *stream) {
    free(stream->buffer);
    stream->buffer = NULL;
}

static void take(struct stream *stream) {
    /* Taken and given back: a monitor mostly waits, and there are many. */
    char *buffer = malloc(STREAM_BYTES);
    if (!buffer) return;
    ssize_t got = stream->log.progress ? progress_copy(stream->copies, stream->from, buffer, STREAM_BYTES)
                                       : read(stream->from, buffer, STREAM_BYTES);
    if (got > 0) {
        log_append(&stream->log, buffer, (size_t)got);
        clients_send(stream->clients, stream->type, buffer, (size_t)got);
        if (stream->to >= 0) {
            stream->buffer = buffer;
            stream->start = 0;
            stream->end = (size_t)got;
            return;
        }
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
        stream->from = -1; /* EIO is how a terminal says that its last user is gone */
    }
    free(buffer);
}

/* After POLLOUT a pipe takes PIPE_BUF bytes without blocking. We must not make the user's
 * descriptors non-blocking: others share them. */
static void deliver(struct stream *stream) {
    size_t length = stream->end - stream->start;
    if (length > PIPE_BUF) length = PIPE_BUF;
    ssize_t written = write(stream->to, stream->buffer + stream->start, length);
    if (written >= 0) {
        stream->start += (size_t)written;
        if (stream->start == stream->end) drop(stream);
    } else if (errno != EINTR && errno != EAGAIN) {
        /* Nobody reads any more. Closing our end lets the container see it, as in a shell's pipe.
         * Going on for the log alone would let an endless writer fill the disk. */
        drop(stream);
        stream->to = -1;
        end_source(stream);
    }
}

void stream_move(struct stream *stream, short events) {
    if (!events) return;
    if (stream->buffer)
        deliver(stream);
    else if (stream->from >= 0)
        take(stream);
}

bool stream_drain(struct stream *stream) {
    if (stream->buffer) return true;
    if (stream->from < 0) return false;
    struct pollfd ready = {.fd = stream->from, .events = POLLIN};
    if (poll(&ready, 1, 0) <= 0 || !(ready.revents & POLLIN)) return false;
    take(stream);
    return stream->from >= 0 || stream->buffer;
}

int input_descriptor(const struct container *container) {
    return container->terminal_fd >= 0 ? container->terminal_fd : container->stdin_fd;
}

size_t give_input(struct container *container, const unsigned char *bytes, size_t length) {
    int fd = container->input ? input_descriptor(container) : -1;
    if (fd < 0) return length; /* nobody reads it */
    ssize_t written = write(fd, bytes, length);
    if (written >= 0) return (size_t)written;
    if (errno == EAGAIN || errno == EINTR) return 0;
    if (container->terminal_fd < 0) end_input(container);
    return length;
}

void end_input(struct container *container) {
    if (container->terminal_fd >= 0) {
        give_input(container, (const unsigned char *)"\4", 1); /* control-D */
        return;
    }
    if (container->stdin_fd >= 0) close(container->stdin_fd);
    container->stdin_fd = -1;
}

void typing_prepare(const struct typing *typing, const struct container *container, struct pollfd *wanted) {
    *wanted = (struct pollfd){.fd = -1};
    if (typing->start < typing->end)
        *wanted = (struct pollfd){.fd = input_descriptor(container), .events = POLLOUT};
    else if (typing->on && input_descriptor(container) >= 0)
        *wanted = (struct pollfd){.fd = 0, .events = POLLIN};
}

void typing_move(struct typing *typing, struct container *container, short events) {
    if (!events) return;
    if (typing->start == typing->end) {
        ssize_t got = read(0, typing->buffer, sizeof typing->buffer);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
        if (got <= 0) {
            typing->on = false;
            end_input(container);
            return;
        }
        typing->start = 0;
        typing->end = (size_t)got;
    }
    typing->start += give_input(container, typing->buffer + typing->start, typing->end - typing->start);
}
