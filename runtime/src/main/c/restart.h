/* Starting a container again after its end. */
#ifndef NSBOX_RESTART_H
#define NSBOX_RESTART_H

#include "watch.h"

/* Decides after a run of that many milliseconds; says for how long to wait in `restart->wait`. */
bool is_restarted(struct restart *restart, int code, uint64_t milliseconds);

/* Waits for that long; false if the container is not to be started after all: the user has stopped it,
 * or a signal has come. */
bool wait_for_restart(struct restart *restart);

uint64_t now_milliseconds(void);

#endif
