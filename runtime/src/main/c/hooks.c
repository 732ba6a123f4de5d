/* Hooks: programs of the caller's, at fixed points of a container's life.
 *
 * https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#posix-platform-hooks */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "operations.h"
#include "wire.h"

struct hook {
    pid_t pid;
    int pidfd;
    int input;  /* takes the container's state */
    int output; /* what the hook says, which is of interest only if it fails */
};

static _Noreturn void run_hook(const struct argument *argument, int input, int output) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) _exit(126);
    /* Nothing else of ours is the hook's business, not even what is preserved for the container. */
    syscall(SYS_close_range, 3u, ~0u, 0);
    /* Inside the container there may be no such directory. */
    if (*argument[6].bytes && chdir(argument[6].bytes) < 0 && errno != ENOENT) _exit(126);
    execve(argument[0].bytes, argument[1].list, argument[2].list);
    dprintf(2, "%s: %s", argument[0].bytes, strerror(errno));
    _exit(127);
}

static int start_hook(const struct argument *argument, struct hook *hook) {
    int input[2], output[2];
    if (pipe2(input, O_CLOEXEC) < 0) return -errno;
    if (pipe2(output, O_CLOEXEC) < 0) return -errno;
    hook->pid = fork();
    if (hook->pid < 0) return -errno;
    if (hook->pid == 0) run_hook(argument, input[0], output[1]);
    close(input[0]);
    close(output[1]);
    hook->input = input[1];
    hook->output = output[0];
    hook->pidfd = (int)syscall(SYS_pidfd_open, hook->pid, 0);
    return hook->pidfd < 0 ? -errno : 0;
}

/* A hook need not read its input: that is no failure. */
static void feed(struct hook *hook, const char *state, size_t length) {
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignore, &before);
    fcntl(hook->input, F_SETFL, O_NONBLOCK);
    write_all(hook->input, state, length); /* a pipe holds more than any state has */
    sigaction(SIGPIPE, &before, NULL);
    close(hook->input);
}

static long milliseconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for the hook's end, not for that of whatever it left in the background. Gives false if the
 * time ran out. */
static bool attend(struct hook *hook, long limit, char *said, size_t size) {
    long deadline = milliseconds_now() + limit;
    size_t length = 0;
    struct pollfd polled[2] = {{.fd = hook->pidfd, .events = POLLIN}, {.fd = hook->output, .events = POLLIN}};
    for (;;) {
        long left = limit > 0 ? deadline - milliseconds_now() : -1;
        if (limit > 0 && left <= 0) return false;
        if (poll(polled, 2, (int)left) < 0) continue;
        if (polled[1].revents) {
            char bytes[512];
            ssize_t got = read(hook->output, bytes, sizeof bytes);
            if (got <= 0) polled[1].fd = -1;
            for (ssize_t i = 0; i < got && length + 1 < size; i++) said[length++] = bytes[i];
            said[length] = 0;
            if (got > 0) continue;
        }
        if (polled[0].revents) return true;
    }
}

/* Takes line ends away from what goes into one line. */
static void flatten(char *text) {
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '\n') text[--length] = 0;
    for (; *text; text++)
        if (*text == '\n') *text = ' ';
}

static int judge(struct context *context, const struct hook *hook, bool ended, char *said) {
    if (!ended) syscall(SYS_pidfd_send_signal, hook->pidfd, SIGKILL, NULL, 0);
    int status;
    while (waitpid(hook->pid, &status, 0) < 0 && errno == EINTR) continue;
    flatten(said);
    if (!ended) {
        snprintf(context->detail, sizeof context->detail, "timeout reached");
        return -ETIMEDOUT;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
    bool killed = WIFSIGNALED(status);
    snprintf(context->detail, sizeof context->detail, "%s %d, output: %s", killed ? "signal" : "exit status",
             killed ? WTERMSIG(status) : WEXITSTATUS(status), said);
    return -ECANCELED;
}

int op_hook(struct context *context, const struct argument *argument) {
    /* The monitor knows the container's process as the host does; inside it knows itself. */
    pid_t pid = context->container.pid > 0 ? context->container.pid : getpid();
    char state[16384], said[384] = "";
    size_t length = argument[5].length == 0
        ? (size_t)snprintf(state, sizeof state, "%s", argument[4].bytes)
        : (size_t)snprintf(state, sizeof state, "%s%d%s", argument[4].bytes, pid, argument[5].bytes);
    if (length >= sizeof state) return -EMSGSIZE;
    struct hook hook = {.pid = -1, .pidfd = -1, .input = -1, .output = -1};
    int error = start_hook(argument, &hook);
    if (error) return error;
    feed(&hook, state, length);
    bool ended = attend(&hook, (long)argument[3].number, said, sizeof said);
    error = judge(context, &hook, ended, said);
    close(hook.output);
    close(hook.pidfd);
    return error;
}
