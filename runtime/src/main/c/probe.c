/* The prober: runs one further process in a container, waits for it, and says what came of it.
 *
 * It keeps nothing of whoever forked it, so that no client waits for it, and ends with that one; the further
 * process ends with the prober. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "health.h"
#include "operations.h"
#include "records.h"
#include "restart.h"

/* docker's measure. */
#define OUTPUT_BYTES 4096

/* How long what was killed may take to end; what is frozen does not. */
#define END_MILLISECONDS 1000

enum { PROCESS_FD = 3 };

static uint64_t now_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void keep_only(int process) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0) _exit(PROBE_DROPPED);
    if (process != PROCESS_FD && dup3(process, PROCESS_FD, O_CLOEXEC) < 0) _exit(PROBE_DROPPED);
    syscall(SYS_close_range, PROCESS_FD + 1u, ~0u, 0);
}

static void add_text(struct probe_result *result, const char *text, size_t length) {
    size_t room = sizeof result->output - result->length;
    if (length > room) length = room;
    memcpy(result->output + result->length, text, length);
    result->length += length;
}

/* All of it is read, so that nobody waits for us; what is too much is dropped. False at the end. */
static bool take_output(struct probe_result *result, bool *cut, int fd) {
    char buffer[OUTPUT_BYTES];
    ssize_t got = read(fd, buffer, sizeof buffer);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    size_t room = OUTPUT_BYTES - result->length, length = (size_t)got;
    if (length > room) *cut = true;
    add_text(result, buffer, length < room ? length : room);
    return got > 0;
}

/* True once the process has ended. */
static bool await_process(struct container *process, struct probe_result *result, bool *cut, uint64_t timeout) {
    int *outputs[] = {&process->stdout_fd, &process->stderr_fd};
    uint64_t end = now_milliseconds() + timeout, now;
    for (int i = 0; i < 2; i++) fcntl(*outputs[i], F_SETFL, O_NONBLOCK);
    while ((now = now_milliseconds()) < end) {
        struct pollfd polled[] = {{.fd = process->stdout_fd, .events = POLLIN},
                                  {.fd = process->stderr_fd, .events = POLLIN},
                                  {.fd = process->pidfd, .events = POLLIN}};
        if (poll(polled, 3, end - now < 60000 ? (int)(end - now) : 60000) <= 0) continue;
        bool moved = false;
        for (int i = 0; i < 2; i++) {
            if (!(polled[i].revents & (POLLIN | POLLHUP | POLLERR))) continue;
            moved |= polled[i].revents & POLLIN;
            if (!take_output(result, cut, *outputs[i])) *outputs[i] = -1;
        }
        /* Who was started by it may go on to write. */
        if (polled[2].revents && (!moved || *cut)) return true;
    }
    return false;
}

/* It and those that it has started, as far as they are still of its session's first group. */
static void kill_process(const struct container *process) {
    if (process->pid <= 0) return;
    kill(-process->pid, SIGKILL);
    syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0);
}

static int reap(struct container *process) {
    struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};
    int status;
    if (poll(&ended, 1, END_MILLISECONDS) <= 0 || waitpid(process->pid, &status, WNOHANG | __WALL) <= 0) return -1;
    return exit_code(status);
}

static void say_timeout(const struct health *health, struct probe_result *result) {
    char before[OUTPUT_BYTES], text[96];
    size_t length = result->length;
    bool seconds = health->timeout % 1000 == 0;
    memcpy(before, result->output, length);
    snprintf(text, sizeof text, "Health check exceeded timeout (%llu%s)%s",
             (unsigned long long)(seconds ? health->timeout / 1000 : health->timeout), seconds ? "s" : "ms",
             length ? ": " : "");
    result->length = 0;
    add_text(result, text, strlen(text));
    add_text(result, before, length);
}

static void say_failure(struct context *context, struct failure failure, struct probe_result *result) {
    char text[DETAIL_BYTES + 64];
    if (context->init_failure.error) failure = context->init_failure;
    snprintf(text, sizeof text, "cannot run the health check: %s",
             failure.detail[0] ? failure.detail : strerror(failure.error));
    add_text(result, text, strlen(text));
}

static void run(const struct health *health, struct probe_result *result) {
    struct context context;
    context_init(&context, health->probe);
    context.joined_fd = PROCESS_FD;
    struct container *process = &context.container;
    struct failure failure = run_section(&context, health->probe, SECTION_MONITOR);
    bool cut = false, ended = !failure.error && await_process(process, result, &cut, health->timeout);
    if (!ended) kill_process(process);
    int code = process->pid > 0 ? reap(process) : -1;
    result->code = ended ? code : -1;
    if (cut) add_text(result, "...", 3);
    if (failure.error) say_failure(&context, failure, result);
    else if (!ended) say_timeout(health, result);
}

_Noreturn void probe(const struct health *health, pid_t pid, int pidfd) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    keep_only(pidfd);
    struct probe_result result = {.start = now_nanoseconds()};
    uint64_t up = milliseconds_up(pid);
    run(health, &result);
    result.end = now_nanoseconds();
    /* Of a container that was stopped meanwhile, by whomever, a failure says nothing. */
    if (result.code && (access(health->paused_path, F_OK) == 0 || has_ended(PROCESS_FD))) _exit(PROBE_DROPPED);
    _exit((int)health_take(health, &result, up));
}
