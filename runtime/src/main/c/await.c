/* Waits for processes that are not ours to end, and learns how they did. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "operations.h"

#define MAX_AWAITED 32
#define REAPED_MILLISECONDS 10000

/* struct pidfd_info of linux/pidfd.h in its first form, which older headers lack. */
struct pidfd_info_v0 {
    uint64_t mask;
    uint64_t cgroup;
    uint32_t ids[11];
    int32_t exit_code;
};
#define INFO_EXIT (1u << 3)
#define GET_INFO _IOWR(0xff, 11, struct pidfd_info_v0)

/* The wait status of a process that has ended and was reaped, or -1 where the kernel does not tell
 * others than its parent (Linux before 6.15). */
static int status_of(int pidfd) {
    struct pidfd_info_v0 info = {.mask = INFO_EXIT};
    return ioctl(pidfd, GET_INFO, &info) < 0 || !(info.mask & INFO_EXIT) ? -1 : info.exit_code;
}

static int await(int pidfd, short events, int milliseconds) {
    struct pollfd process = {.fd = pidfd, .events = events};
    int ready;
    do ready = poll(&process, 1, milliseconds);
    while (ready < 0 && errno == EINTR);
    return ready < 0 ? -errno : ready;
}

static int open_named(const char *text) {
    unsigned long long pid, started;
    if (sscanf(text, "%llu %llu", &pid, &started) != 2) return -EINVAL;
    int fd = open_process(pid, started);
    return fd == -ESRCH ? -1 : fd;
}

/* All are held from the beginning, so none is lost while another is waited for. The detail becomes a word
 * for each: its exit code, or "-" where nobody knows. */
int op_await_exits(struct context *context, const struct argument *argument) {
    int fds[MAX_AWAITED];
    size_t count = 0, length = 0;
    int error = 0;
    for (; !error && argument[0].list[count]; count++) {
        if (count == MAX_AWAITED) return -E2BIG;
        fds[count] = open_named(argument[0].list[count]);
        if (fds[count] < -1) error = fds[count];
    }
    context->detail[0] = 0;
    for (size_t i = 0; i < count; i++) {
        int status = -1;
        if (!error && fds[i] >= 0) {
            int ready = await(fds[i], POLLIN, -1);
            if (ready < 0) error = ready;
            /* Once its parent has taken it: a hang-up. */
            else if (await(fds[i], 0, REAPED_MILLISECONDS) > 0) status = status_of(fds[i]);
        }
        if (fds[i] >= 0) close(fds[i]);
        size_t left = sizeof context->detail - length;
        int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        length += (size_t)(status < 0 ? snprintf(context->detail + length, left, "- ")
                                      : snprintf(context->detail + length, left, "%d ", code));
    }
    return error;
}
