/* Programs of the host's: hooks, and those that give out ranges of ids. */
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

#include "call.h"
#include "operations.h"
#include "wire.h"

struct called {
    pid_t pid;
    int pidfd;
    int input;
    int output; /* what it says, which is of interest only if it fails */
};

static _Noreturn void run_program(const struct call *call, int input, int output) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) _exit(126);
    /* Nothing else of ours is its business, not even what is preserved for the container. */
    syscall(SYS_close_range, 3u, ~0u, 0);
    /* Inside the container there may be no such directory. */
    if (*call->directory && chdir(call->directory) < 0 && errno != ENOENT) _exit(126);
    execve(call->program, call->arguments, call->environment);
    dprintf(2, "%s: %s", call->program, strerror(errno));
    _exit(127);
}

static int start_program(const struct call *call, struct called *called) {
    int input[2], output[2];
    if (pipe2(input, O_CLOEXEC) < 0) return -errno;
    if (pipe2(output, O_CLOEXEC) < 0) return -errno;
    called->pid = fork();
    if (called->pid < 0) return -errno;
    if (called->pid == 0) run_program(call, input[0], output[1]);
    close(input[0]);
    close(output[1]);
    called->input = input[1];
    called->output = output[0];
    called->pidfd = (int)syscall(SYS_pidfd_open, called->pid, 0);
    return called->pidfd < 0 ? -errno : 0;
}

/* A program need not read its input: that is no failure. */
static void feed(struct called *called, const char *state, size_t length) {
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignore, &before);
    fcntl(called->input, F_SETFL, O_NONBLOCK);
    write_all(called->input, state, length); /* a pipe holds more than any state has */
    sigaction(SIGPIPE, &before, NULL);
    close(called->input);
}

static long milliseconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for the program's end, not for that of whatever it left in the background. Gives false if the
 * time ran out. */
static bool attend(struct called *called, long limit, char *said, size_t size) {
    long deadline = milliseconds_now() + limit;
    size_t length = 0;
    struct pollfd polled[2] = {{.fd = called->pidfd, .events = POLLIN}, {.fd = called->output, .events = POLLIN}};
    for (;;) {
        long left = limit > 0 ? deadline - milliseconds_now() : -1;
        if (limit > 0 && left <= 0) return false;
        if (poll(polled, 2, (int)left) < 0) continue;
        if (polled[1].revents) {
            char bytes[512];
            ssize_t got = read(called->output, bytes, sizeof bytes);
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

static int judge(struct context *context, const struct called *called, bool ended, char *said) {
    if (!ended) syscall(SYS_pidfd_send_signal, called->pidfd, SIGKILL, NULL, 0);
    int status;
    while (waitpid(called->pid, &status, 0) < 0 && errno == EINTR) continue;
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

int run_call(struct context *context, const struct call *call) {
    struct called called = {.pid = -1, .pidfd = -1, .input = -1, .output = -1};
    char said[384] = "";
    int error = start_program(call, &called);
    if (error) return error;
    feed(&called, call->input, call->input_length);
    bool ended = attend(&called, call->milliseconds, said, sizeof said);
    error = judge(context, &called, ended, said);
    close(called.output);
    close(called.pidfd);
    return error;
}

/* https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#posix-platform-hooks */
int op_hook(struct context *context, const struct argument *argument) {
    /* The monitor knows the container's process as the host does; inside it knows itself. */
    pid_t pid = context->container.pid > 0 ? context->container.pid : getpid();
    char state[16384];
    size_t length = argument[5].length == 0
        ? (size_t)snprintf(state, sizeof state, "%s", argument[4].bytes)
        : (size_t)snprintf(state, sizeof state, "%s%d%s", argument[4].bytes, pid, argument[5].bytes);
    if (length >= sizeof state) return -EMSGSIZE;
    struct call call = {.program = argument[0].bytes, .arguments = argument[1].list,
                        .environment = argument[2].list, .directory = argument[6].bytes, .input = state,
                        .input_length = length, .milliseconds = (long)argument[3].number};
    return run_call(context, &call);
}
