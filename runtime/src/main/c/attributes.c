/* Instructions on the process itself that few containers ask for; all of it survives execve(2). */
#include <errno.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "operations.h"

#define IOPRIO_WHO_PROCESS 1
/* How much of it the kernel reads is a field of struct sched_attr. */
#define SCHED_ATTR_BYTES 56

/* The raw calls: 0 is the calling thread, and one thread is all we are. */
int op_scheduler(struct context *context, const struct argument *argument) {
    (void)context;
    if (argument[0].length < SCHED_ATTR_BYTES) return -EINVAL;
    return syscall(SYS_sched_setattr, 0, argument[0].bytes, 0) < 0 ? -errno : 0;
}

int op_io_priority(struct context *context, const struct argument *argument) {
    (void)context;
    return syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, (int)argument[0].number) < 0 ? -errno : 0;
}

int op_cpu_affinity(struct context *context, const struct argument *argument) {
    (void)context;
    return syscall(SYS_sched_setaffinity, 0, argument[0].length, argument[0].bytes) < 0 ? -errno : 0;
}

int op_memory_policy(struct context *context, const struct argument *argument) {
    (void)context;
    /* The kernel takes one bit less than it is told of. */
    unsigned long bits = argument[1].length * 8;
    return syscall(SYS_set_mempolicy, (int)argument[0].number, bits ? argument[1].bytes : NULL,
                   bits ? bits + 1 : 0) < 0 ? -errno : 0;
}

int op_personality(struct context *context, const struct argument *argument) {
    (void)context;
    return personality(argument[0].number) < 0 ? -errno : 0;
}
