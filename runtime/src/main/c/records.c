/* Files that say which processes a container has, and how it ended. */
#include "records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "operations.h"

uint64_t start_time(pid_t pid) {
    char path[32], stat[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t length = read(fd, stat, sizeof stat - 1);
    close(fd);
    if (length <= 0) return 0;
    stat[length] = 0;
    /* The name in parentheses may hold anything, so count fields from its last parenthesis. */
    const char *at = strrchr(stat, ')');
    for (int field = 2; at && field < 22; field++) at = strchr(at + 1, ' ');
    return at ? strtoull(at + 1, NULL, 10) : 0;
}

/* One file a record, whole or not at all: readers look while we write. Where it is to stand, others may
 * write, too: what they put in the way is neither followed nor filled. */
int record_text(const char *path, const char *text, mode_t mode) {
    char temporary[4096];
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.%d", path, getpid()) >= sizeof temporary)
        return -ENAMETOOLONG;
    unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) return -errno;
    int error = write_all(fd, text, strlen(text));
    close(fd);
    if (!error && rename(temporary, path) < 0) error = -errno;
    if (error) unlink(temporary);
    return error;
}

int record_identity(const char *path, pid_t pid) {
    char text[64];
    snprintf(text, sizeof text, "%d %llu\n", pid, (unsigned long long)start_time(pid));
    return record_text(path, text, 0600);
}

pid_t recorded_pid(const char *path) {
    char text[32] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    return length > 0 ? atoi(text) : 0;
}

int op_record_monitor(struct context *context, const struct argument *argument) {
    (void)context;
    return record_identity(argument[0].bytes, getpid());
}

int op_record_process(struct context *context, const struct argument *argument) {
    if (context->container.pid <= 0) return -ESRCH;
    return record_identity(argument[0].bytes, context->container.pid);
}

/* For whoever called, who reads it as soon as it is there. */
int op_pid_file(struct context *context, const struct argument *argument) {
    char text[16];
    snprintf(text, sizeof text, "%d", context->container.pid);
    return record_text(argument[0].bytes, text, 0644);
}

int op_monitor_pid_file(struct context *context, const struct argument *argument) {
    (void)context;
    char text[16];
    snprintf(text, sizeof text, "%d", getpid());
    return record_text(argument[0].bytes, text, 0644);
}

int exit_code(int status) {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The line `oom_kill N` of memory.oom_control or memory.events: N. */
static unsigned long oom_kills(const char *path) {
    char text[1024];
    int fd = *path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (length <= 0) return 0;
    text[length] = 0;
    const char *line = strstr(text, "oom_kill ");
    return line ? strtoul(line + strlen("oom_kill "), NULL, 10) : 0;
}

/* "exit CODE" or "signal NUMBER", then seconds and nanoseconds since the epoch, then "oom" or "-". Who
 * replays the teardown of a lost monitor never saw the end: nothing is recorded then, and what is there
 * stays. */
int op_record_end(struct context *context, const struct argument *argument) {
    struct container *container = &context->container;
    if (!container->exited) return 0;
    int status = container->wait_status;
    container->wanted_memory = oom_kills(argument[1].bytes) > 0;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    char text[96];
    snprintf(text, sizeof text, "%s %d %lld %ld %s\n", WIFSIGNALED(status) ? "signal" : "exit",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), (long long)now.tv_sec, now.tv_nsec,
             container->wanted_memory ? "oom" : "-");
    return record_text(argument[0].bytes, text, 0600);
}

int op_record_started(struct context *context, const struct argument *argument) {
    context->container.up = true;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    char text[64];
    snprintf(text, sizeof text, "%lld %ld\n", (long long)now.tv_sec, now.tv_nsec);
    int error = record_text(argument[0].bytes, text, 0600);
    if (!error && unlink(argument[1].bytes) < 0 && errno != ENOENT) error = -errno;
    return error;
}
