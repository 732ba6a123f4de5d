#include "adopt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "operations.h"
#include "records.h"

/* Of Linux 6.13, with the exit code of 6.15: newer than most headers. */
struct process_information {
    uint64_t mask, cgroup;
    uint32_t ids[11];
    int32_t exit_code;
};
#define INFORMATION_EXIT (1u << 3)
#define GET_INFORMATION _IOWR(0xff, 11, struct process_information)

#define STATUS_UNKNOWN (255 << 8)

/* Fields of /proc/PID/stat, see proc(5). */
enum { FIELD_STATE = 3, FIELD_EXIT_CODE = 52 };

/* As long as nobody has reaped it. */
static bool zombie_status(pid_t pid, int *status) {
    char path[32], stat[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, stat, sizeof stat - 1);
    if (fd >= 0) close(fd);
    if (length <= 0) return false;
    stat[length] = 0;
    /* The name in parentheses may hold anything. */
    const char *at = strrchr(stat, ')');
    if (!at || at[1] != ' ' || at[2] != 'Z') return false;
    for (int field = FIELD_STATE - 1; at && field < FIELD_EXIT_CODE; field++) at = strchr(at + 1, ' ');
    if (!at) return false;
    *status = atoi(at + 1);
    return true;
}

int foreign_wait_status(pid_t pid, int pidfd) {
    int status;
    if (zombie_status(pid, &status)) return status;
    struct process_information information = {.mask = INFORMATION_EXIT};
    bool told = ioctl(pidfd, GET_INFORMATION, &information) == 0 && information.mask & INFORMATION_EXIT;
    return told ? information.exit_code : STATUS_UNKNOWN;
}

static int open_stream(const char *directory, const char *name, int flags) {
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", directory, name) >= sizeof path) return -1;
    return open(path, flags | O_NONBLOCK | O_CLOEXEC);
}

/* Its terminal, if it had one, is gone with the monitor before. */
int reopen_container(struct context *context) {
    const struct watch *watch = context->watch;
    struct container *container = &context->container;
    if (!watch->streams || container->pidfd < 0) return -EOPNOTSUPP;
    container->pid = recorded_pid(watch->process_path);
    if (container->pid <= 0) return -ESRCH;
    container->stdout_fd = open_stream(watch->streams, "stdout", O_RDONLY);
    container->stderr_fd = open_stream(watch->streams, "stderr", O_RDONLY);
    container->stdin_fd = open_stream(watch->streams, "stdin", O_WRONLY);
    container->input = container->stdin_fd >= 0;
    container->up = true;
    return 0;
}
