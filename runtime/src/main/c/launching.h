/* What the planner says about containers: launch one, attach to one, take one over. */
#ifndef NSBOX_LAUNCHING_H
#define NSBOX_LAUNCHING_H

#include "program.h"
#include "wire.h"

/* Each answers on `channel` by an OUTCOME, and returns only where the conversation goes on. `kept` is how
 * many descriptors from 3 on the caller keeps open for the container. */
void launch_program(int channel, const struct frame *frame, unsigned kept);
void attach_to(int channel, const struct frame *frame);
void adopt_container(int channel, const struct frame *frame, bool waits);
void tear_down_container(int channel, const struct frame *frame);

/* Starts what a stored program says, and ends with its exit code; returns only where it did not start. */
void launch_stored(const struct program *program);

void send_outcome(int channel, struct failure failure);

/* Decodes a program, or ends the process. */
void decode_or_fail(struct reader *r, struct program *program);

_Noreturn void fail(const char *what, int error);

#endif
