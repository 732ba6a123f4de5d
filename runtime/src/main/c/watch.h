/* What a monitor does beside its container: set up by the section `watch`, and kept from one run of the
 * container to the next. */
#ifndef NSBOX_WATCH_H
#define NSBOX_WATCH_H

#include "clients.h"
#include "health.h"
#include "log.h"

enum restart_policy { RESTART_NO, RESTART_ON_FAILURE, RESTART_ALWAYS };

struct restart {
    enum restart_policy policy;
    uint64_t most;             /* how often at most, or 0 */
    const char *stopped_path;  /* is there once the user has stopped the container */
    const char *count_path;
    uint64_t count;
    uint64_t wait;             /* milliseconds before the next start */
    uint64_t after;            /* AFTER_: what is to become of it whatever the policy */
};

struct watch {
    struct log log;
    const char *streams; /* where the container's streams are FIFOs, or NULL */
    struct clients clients;
    struct restart restart;
    struct health health;
    uint64_t time_limit; /* of each run, in milliseconds, or 0 */
    const char *process_path; /* who takes the container over finds its process there */
    struct progress *progress; /* of the log, for who takes over after us; or NULL */
    int copies[2];       /* a pipe, with it */
    int null;            /* /dev/null, with it */
    int callers[3];      /* the streams of who asks for the container, where the monitor has others; or -1 */
    bool passes_on;      /* the container has them */
    bool takes_over;     /* from a monitor that was killed */
    bool waits;          /* as that did, to start the container again */
};

void watch_init(struct watch *watch);

#endif
