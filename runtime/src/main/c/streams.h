/* Bytes on their way between the container and the user. */
#ifndef NSBOX_STREAMS_H
#define NSBOX_STREAMS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "clients.h"
#include "log.h"

#define STREAM_BYTES 65536

enum { STREAM_OUT, STREAM_ERR, STREAMS };

/* One output of the container, for the log, for us and for clients. Reads only when everything read before
 * is delivered, so a slow reader slows the writer down and nothing piles up here. */
struct stream {
    int from;                  /* -1 once it has ended */
    int to;                    /* our own output, or -1 */
    struct log_stream log;
    const int *copies;         /* a pipe for copies of what is logged, where the log's progress is kept */
    struct clients *clients;
    enum client_frame type;
    char *buffer;              /* what waits for `to`, or NULL */
    size_t start, end;
};

/* What to wait for: sets `fd` and `events` for poll(2); fd -1 where there is nothing. */
void stream_prepare(const struct stream *stream, struct pollfd *wanted);

/* Moves bytes after poll(2) answered. */
void stream_move(struct stream *stream, short events);

/* Reads what is there without waiting; false when there is nothing more to come for now. */
bool stream_drain(struct stream *stream);

/* Where the container's input goes, or -1. */
int input_descriptor(const struct container *container);

/* Gives bytes to the container's standard input as far as it takes them: how many. */
size_t give_input(struct container *container, const unsigned char *bytes, size_t length);

/* The container reads an end of file once all before it is read. */
void end_input(struct container *container);

/* Our own standard input, for the container. */
struct typing {
    bool on;
    unsigned char buffer[4096]; /* what the container has not taken yet */
    size_t start, end;
};

void typing_prepare(const struct typing *typing, const struct container *container, struct pollfd *wanted);
void typing_move(struct typing *typing, struct container *container, short events);

#endif
