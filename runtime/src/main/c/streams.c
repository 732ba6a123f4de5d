#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

bool stream_pending(const struct stream *stream) { return stream->start < stream->end; }

void stream_prepare(const struct stream *stream, struct pollfd *wanted) {
    *wanted = (struct pollfd){.fd = -1};
    if (stream_pending(stream))
        *wanted = (struct pollfd){.fd = stream->to, .events = POLLOUT};
    else if (stream->from >= 0)
        *wanted = (struct pollfd){.fd = stream->from, .events = POLLIN};
}

static void finish(struct stream *stream) {
    if (stream->end_of_terminal && stream->to >= 0) {
        stream->end_of_terminal = false;
        stream->buffer[0] = 4; /* control-D */
        stream->start = 0;
        stream->end = 1;
    } else if (stream->close_to && stream->to >= 0) {
        close(stream->to);
        stream->to = -1;
    }
    stream->from = -1;
}

static void take(struct stream *stream) {
    ssize_t got = read(stream->from, stream->buffer, sizeof stream->buffer);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    /* EIO is how a terminal says that its last user is gone. */
    if (got <= 0) {
        finish(stream);
        return;
    }
    if (stream->log) log_append(stream->log, stream->buffer, (size_t)got);
    if (stream->to < 0) return;
    stream->start = 0;
    stream->end = (size_t)got;
}

/* The user's own input stays open: its terminal must still get its old mode back. */
static void end_source(struct stream *stream) {
    if (stream->from > 2) close(stream->from);
    stream->from = -1;
}

/* After POLLOUT a pipe takes PIPE_BUF bytes without blocking. We must not make the user's
 * descriptors non-blocking: others share them. */
static void deliver(struct stream *stream) {
    size_t length = stream->end - stream->start;
    if (length > PIPE_BUF) length = PIPE_BUF;
    ssize_t written = write(stream->to, stream->buffer + stream->start, length);
    if (written >= 0) {
        stream->start += (size_t)written;
    } else if (errno != EINTR && errno != EAGAIN) {
        /* Nobody reads any more. Closing our end lets the container see it, as in a shell's pipe.
         * Going on for the log alone would let an endless writer fill the disk. */
        stream->start = stream->end = 0;
        if (stream->close_to) close(stream->to);
        stream->to = -1;
        end_source(stream);
    }
}

void stream_move(struct stream *stream, short events) {
    if (!events) return;
    if (stream_pending(stream))
        deliver(stream);
    else if (stream->from >= 0)
        take(stream);
}

bool stream_drain(struct stream *stream) {
    if (stream_pending(stream)) return true;
    if (stream->from < 0) return false;
    struct pollfd ready = {.fd = stream->from, .events = POLLIN};
    if (poll(&ready, 1, 0) <= 0 || !(ready.revents & POLLIN)) return false;
    take(stream);
    return stream->from >= 0 || stream_pending(stream);
}
