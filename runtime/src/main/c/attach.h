/* The front as a client of a container's monitor. */
#ifndef NSBOX_ATTACH_H
#define NSBOX_ATTACH_H

#include "wire.h"

struct attachment {
    bool input;        /* our standard input is for the container */
    bool terminal;     /* the container has a terminal */
    bool proxy;        /* signals are for the container */
    bool no_stdout, no_stderr; /* what the container writes there is not for us */
    const unsigned char *keys; /* end us, not the container */
    size_t key_count;
    const char *exit_path; /* where the exit code is, if the monitor does not say it */
};

/* Reads `u8 bits, string keys, string exit path`. */
void read_attachment(struct reader *r, struct attachment *attachment);

/* Blocks the signals that the client takes; to be called before anybody could send them. */
void attachment_block_signals(const struct attachment *attachment);

/* Carries bytes and signals between the user and the monitor at the other end of the socket, until the
 * monitor has closed it or the user detaches. Gives our exit code. */
int stay_attached(const struct attachment *attachment, int socket);

#endif
