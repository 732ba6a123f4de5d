#include "restart.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "records.h"

/* As docker waits: the double of the last time, and the shortest again after a run that lasted. */
#define SHORTEST_MILLISECONDS 100
#define LONGEST_MILLISECONDS 60000
#define LASTING_MILLISECONDS 10000

uint64_t now_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool is_stopped(const struct restart *restart) {
    return restart->stopped_path && access(restart->stopped_path, F_OK) == 0;
}

static bool is_policy(const struct restart *restart, int code) {
    if (restart->policy != RESTART_ON_FAILURE) return restart->policy != RESTART_NO;
    return code != 0 && (!restart->most || restart->count < restart->most);
}

bool is_restarted(struct restart *restart, int code, uint64_t milliseconds) {
    uint64_t after = restart->after;
    restart->after = AFTER_POLICY;
    if (is_stopped(restart) || after == AFTER_STAY) return false;
    if (after != AFTER_START && !is_policy(restart, code)) return false;
    if (milliseconds >= LASTING_MILLISECONDS || restart->wait == 0) restart->wait = SHORTEST_MILLISECONDS;
    else if (restart->wait < LONGEST_MILLISECONDS) restart->wait *= 2;
    if (restart->wait > LONGEST_MILLISECONDS) restart->wait = LONGEST_MILLISECONDS;
    restart->count++;
    return true;
}

bool wait_for_restart(struct restart *restart) {
    sigset_t ends;
    sigemptyset(&ends);
    for (const int *number = (int[]){SIGTERM, SIGINT, SIGQUIT, SIGHUP, 0}; *number; number++) sigaddset(&ends, *number);
    uint64_t end = now_milliseconds() + restart->wait, now;
    while ((now = now_milliseconds()) < end) {
        struct timespec left = {(time_t)((end - now) / 1000), (long)((end - now) % 1000) * 1000000};
        if (sigtimedwait(&ends, NULL, &left) > 0) return false;
        if (errno != EAGAIN && errno != EINTR) return false;
    }
    if (is_stopped(restart)) return false;
    char text[32];
    snprintf(text, sizeof text, "%llu\n", (unsigned long long)restart->count);
    record_text(restart->count_path, text, 0600);
    return true;
}
