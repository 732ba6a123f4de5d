/* A container whose monitor was killed. */
#ifndef NSBOX_ADOPT_H
#define NSBOX_ADOPT_H

#include <sys/types.h>

#include "watch.h"

struct context;

/* Opens what the monitor before had open, once the section `watch` has run. 0 or -errno; -EOPNOTSUPP is a
 * container that cannot be taken over. */
int reopen_container(struct context *context);

/* The end of a process that is not our child, as of waitpid(2), once poll(2) has told it. Where the kernel
 * does not say, exit code 255. */
int foreign_wait_status(pid_t pid, int pidfd);

#endif
