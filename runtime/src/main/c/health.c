/* When probes are made. The monitor itself waits for none: each has a process of its own, the prober. */
#include "health.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "operations.h"
#include "records.h"
#include "restart.h"
#include "watch.h"

/* A prober ends by itself after its timeout, unless the kernel does not let it. */
#define PROBER_GRACE_MILLISECONDS 3000

int op_health_check(struct context *context, const struct argument *argument) {
    if (!context->watch) return -EINVAL;
    struct program *program = calloc(1, sizeof *program);
    if (!program) return -ENOMEM;
    if (!decode_program((const unsigned char *)argument[0].bytes, argument[0].length, program)) return -EBADMSG;
    if (!argument[1].number || !argument[2].number || !argument[3].number) return -EINVAL;
    struct health *health = &context->watch->health;
    health->probe = program;
    health->interval = argument[1].number;
    health->timeout = argument[2].number;
    health->retries = argument[3].number;
    health->start_period = argument[4].number;
    health->start_interval = argument[5].number;
    health->paused_path = argument[6].bytes;
    return 0;
}

int op_health_record(struct context *context, const struct argument *argument) {
    if (!context->watch) return -EINVAL;
    context->watch->health.path = argument[0].bytes;
    context->watch->health.event = (struct event){argument[1].bytes, argument[2].bytes, argument[3].bytes,
                                                  argument[4].bytes};
    return 0;
}

int op_health_failure(struct context *context, const struct argument *argument) {
    if (!context->watch || argument[0].number >= NSIG || argument[2].number > AFTER_STAY) return -EINVAL;
    /* Who starts again has to know where that is counted. */
    if (argument[2].number == AFTER_START && !context->watch->restart.count_path) return -EINVAL;
    context->watch->health.signal = (int)argument[0].number;
    context->watch->health.grace = argument[1].number;
    context->watch->health.after = argument[2].number;
    return 0;
}

uint64_t milliseconds_up(pid_t pid) {
    uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK), started = start_time(pid) * 1000 / ticks;
    uint64_t now = now_milliseconds();
    return now > started ? now - started : 0;
}

static void plan_next(struct health *health, const struct container *container) {
    bool early = health->start_period && milliseconds_up(container->pid) < health->start_period
              && health_is_starting(health);
    health->due = now_milliseconds() + (early ? health->start_interval : health->interval);
}

void health_begin(struct health *health) {
    health->prober = 0;
    health->due = 0;
    health->kill_at = 0;
    health->ended_it = false;
}

static void start_prober(struct health *health, const struct container *container) {
    pid_t pid = fork();
    if (pid == 0) probe(health, container->pid, container->pidfd);
    if (pid < 0) {
        plan_next(health, container);
        return;
    }
    health->prober = pid;
    health->due = now_milliseconds() + health->timeout + PROBER_GRACE_MILLISECONDS;
}

static void advance(struct health *health, const struct container *container, uint64_t now) {
    if (!health->due) plan_next(health, container);
    if (now < health->due) return;
    if (health->prober) {
        /* It is reaped like any other, and says nothing then. */
        kill(health->prober, SIGKILL);
        health->due = now + PROBER_GRACE_MILLISECONDS;
    } else if (access(health->paused_path, F_OK) == 0) plan_next(health, container);
    else start_prober(health, container);
}

int health_advance(struct health *health, const struct container *container) {
    if (!health->probe) return -1;
    uint64_t now = now_milliseconds();
    if (health->kill_at && now >= health->kill_at) {
        syscall(SYS_pidfd_send_signal, container->pidfd, SIGKILL, NULL, 0);
        health->kill_at = 0;
    }
    advance(health, container, now);
    uint64_t next = health->kill_at && health->kill_at < health->due ? health->kill_at : health->due;
    now = now_milliseconds();
    return next <= now ? 0 : next - now < INT_MAX ? (int)(next - now) : INT_MAX;
}

/* Once a run: a container that takes its time to end is not asked to end again. */
static void act(struct health *health, const struct container *container) {
    if (!health->signal || health->ended_it) return;
    health->ended_it = true;
    syscall(SYS_pidfd_send_signal, container->pidfd, health->signal, NULL, 0);
    if (health->grace) health->kill_at = now_milliseconds() + health->grace;
}

void health_reaped(struct health *health, const struct container *container, pid_t pid, int status) {
    if (!health->prober || pid != health->prober) return;
    health->prober = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == PROBE_TURNED) act(health, container);
    plan_next(health, container);
}

void health_end(struct health *health) {
    if (!health->prober) return;
    kill(health->prober, SIGKILL);
    while (waitpid(health->prober, NULL, 0) < 0 && errno == EINTR) continue;
    health->prober = 0;
}

/* By who asks for a probe that is not due. */
int op_probe(struct context *context, const struct argument *argument) {
    if (!context->watch || !context->watch->health.probe) return -EINVAL;
    int process = open_recorded(argument[0].bytes), status;
    if (process < 0) return process;
    pid_t pid = fork();
    if (pid < 0) return -errno;
    if (pid == 0) probe(&context->watch->health, recorded_pid(argument[0].bytes), process);
    close(process);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return -errno;
    if (!WIFEXITED(status) || WEXITSTATUS(status) == PROBE_DROPPED) return -ECANCELED;
    snprintf(context->detail, sizeof context->detail, "%s",
             WEXITSTATUS(status) == PROBE_PASSED ? "passed" : "failed");
    return 0;
}
