/* Bytes on their way between the container and the user. */
#ifndef NSBOX_STREAMS_H
#define NSBOX_STREAMS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "log.h"

/* One direction. Reads only when everything read before is delivered, so a slow reader slows the
 * writer down and nothing piles up here. */
struct stream {
    int from;              /* -1 once it has ended */
    int to;                /* -1 where nobody listens: what comes is dropped, after the log */
    bool close_to;         /* `to` is ours, and is closed at the end of `from` */
    bool end_of_terminal;  /* at the end of `from`, type control-D instead of closing */
    struct log_stream *log; /* or NULL */
    size_t start, end;     /* what waits in `buffer` */
    char buffer[65536];
};

/* What to wait for: sets `fd` and `events` for poll(2); fd -1 where there is nothing. */
void stream_prepare(const struct stream *stream, struct pollfd *wanted);

/* Moves bytes after poll(2) answered. */
void stream_move(struct stream *stream, short events);

/* True while bytes wait to be delivered. */
bool stream_pending(const struct stream *stream);

/* Reads what is there without waiting; false when there is nothing more to come for now. */
bool stream_drain(struct stream *stream);

#endif
