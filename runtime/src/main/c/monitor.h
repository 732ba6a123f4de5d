/* The monitor: stays beside a container until its end, in the foreground or detached. */
#ifndef NSBOX_MONITOR_H
#define NSBOX_MONITOR_H

#include "operations.h"

/* Blocks the signals that the monitor takes in its loop; to be called before the container starts,
 * so that none is lost. */
void monitor_block_signals(void);

/* Carries bytes and signals until the container has ended and all its output is delivered.
 * `attached` says that our standard streams are the user's. Returns the exit code: the container's
 * own, or 128 plus the signal that ended it. */
int monitor_container(struct context *context, bool attached);

/* Ends a container that did not come up, and reaps it. */
void monitor_abandon(struct container *container);

#endif
