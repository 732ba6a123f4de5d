/* Whether a container is healthy: a probe, which is a further process in it, runs from time to time.
 *
 * What came of it stands in a file, and there alone: so it is the same for a monitor that takes the container
 * over, and for somebody who asks for a probe of his own. Its first line is "STATUS STREAK"; then follow the
 * last probes, the oldest first, each "START END CODE LENGTH" (nanoseconds since the epoch), a newline, what
 * it wrote, and a newline. */
#ifndef NSBOX_HEALTH_H
#define NSBOX_HEALTH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "events.h"
#include "program.h"

/* What becomes of a container that is ended because it is unhealthy. */
enum { AFTER_POLICY = 0, AFTER_START = 1, AFTER_STAY = 2 };

struct health {
    const struct program *probe; /* NULL: nobody asks */
    uint64_t interval, timeout, retries, start_period, start_interval; /* milliseconds */
    const char *paused_path;  /* is there while the container is paused, and asked nothing */
    const char *path;         /* of the file */
    struct event event;
    int signal;               /* for the unhealthy, or 0 */
    uint64_t grace;           /* milliseconds after which SIGKILL follows, or 0 */
    uint64_t after;           /* AFTER_ */

    /* Of one run of the container, in the monitor. Times are of now_milliseconds. */
    pid_t prober;             /* 0: none runs */
    uint64_t due;             /* when the next one starts, or this one is given up */
    uint64_t kill_at;         /* or 0 */
    bool ended_it;            /* the container has got the signal */
};

/* What a probe came to: also how the process that makes it exits. */
enum probed {
    PROBE_PASSED,
    PROBE_FAILED,
    PROBE_TURNED,  /* failed, and so the container became unhealthy */
    PROBE_DROPPED, /* says nothing: it could not be made, or the container was paused meanwhile */
};

/* What came of one probe. */
struct probe_result {
    uint64_t start, end; /* nanoseconds since the epoch */
    int code;            /* -1: it did not end by itself */
    char output[4096 + 256];
    size_t length;
};

struct context;
struct container;

/* A container is up: the first probe is due. */
void health_begin(struct health *health);

/* Starts, gives up and acts as time goes on. The milliseconds until it is to be called again, or -1. */
int health_advance(struct health *health, const struct container *container);

/* A child of ours has ended, perhaps the prober. */
void health_reaped(struct health *health, const struct container *container, pid_t pid, int status);

/* The container has ended, and whoever still asks ends, too. */
void health_end(struct health *health);

/* Makes one probe of a container by its first process, and says what came of it. By a process of its own. */
_Noreturn void probe(const struct health *health, pid_t pid, int pidfd);

/* Since that process was made. */
uint64_t milliseconds_up(pid_t pid);

/* health_file.c: takes a result in, and writes the event if it changes the status. */
enum probed health_take(const struct health *health, const struct probe_result *result, uint64_t up_milliseconds);

/* True before the first probe that passed. */
bool health_is_starting(const struct health *health);

#endif
