/* What init and its monitor say to each other until the container runs.
 *
 * Two ends of a SOCK_SEQPACKET pair: a message is whole or not at all. Init's end closes at execve, or
 * when init waits for `start`; the end of file is then the news that nothing went wrong. */
#ifndef NSBOX_STATUS_H
#define NSBOX_STATUS_H

#include "program.h"

enum message_kind {
    MESSAGE_FAILURE = 1, /* what stopped init */
    MESSAGE_TERMINAL,    /* the master of the container's terminal, as a descriptor */
    MESSAGE_PROCESS,     /* the process that goes on as init: number is its pid, with a pidfd */
    MESSAGE_SYNC,        /* init waits at the point with this number */
    MESSAGE_LISTENER,    /* the listener of a seccomp filter, as a descriptor */
    MESSAGE_GO_ON,       /* the monitor's only word */
};

struct message {
    uint32_t kind;
    uint32_t number;
    struct failure failure;
};

/* Sends a message, with a descriptor unless that is -1. 0 or -errno. */
int send_message(int channel, const struct message *message, int descriptor);

/* Receives one. Gives its length, 0 at the end of file, or -errno; `descriptor` is -1 or the caller's. */
ssize_t receive_message(int channel, struct message *message, int *descriptor);

/* Sends bytes and a descriptor over any socket of the kind AF_UNIX. 0 or -errno. */
int send_descriptor(int channel, const void *bytes, size_t length, int descriptor);

/* By init: waits until the monitor says go on; tells it before why. 0 or -errno. */
struct context;
int await_go_on(struct context *context);
int wait_for_monitor(struct context *context, const struct message *message, int descriptor);

#endif
