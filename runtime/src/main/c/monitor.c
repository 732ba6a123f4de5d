#include "monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adopt.h"
#include "progress.h"
#include "records.h"
#include "restart.h"
#include "streams.h"
#include "user_terminal.h"
#include "watch.h"

/* As of waitpid(2). */
#define TIMED_OUT_STATUS (255 << 8)

enum { POLL_TYPING = STREAMS, POLL_SIGNALS, POLL_PROCESS, POLL_ATTACH, POLL_CLIENTS };

struct monitor {
    struct container *container;
    struct watch *watch;
    bool attached;
    int signals;
    struct stream streams[STREAMS];
    struct typing typing;
    struct user_terminal terminal;
    uint64_t deadline; /* of now_milliseconds, or 0 */
    bool timed_out;
};

void monitor_block_signals(void) {
    sigset_t all;
    sigfillset(&all);
    /* Faults of our own must still end us. */
    for (const int *fault = (int[]){SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP, 0}; *fault; fault++)
        sigdelset(&all, *fault);
    sigprocmask(SIG_SETMASK, &all, NULL);
}

/* Gives the container's terminal the size of the user's. */
static void copy_size(const struct monitor *monitor) {
    struct winsize size;
    if (terminal_size(&size)) ioctl(monitor->container->terminal_fd, TIOCSWINSZ, &size);
}

static void connect_output(struct monitor *monitor, int which, int from, const char *name) {
    monitor->streams[which] = (struct stream){
        .from = from,
        .to = monitor->attached ? which + 1 : -1,
        .clients = &monitor->watch->clients,
        .type = which == STREAM_OUT ? CLIENT_STDOUT : CLIENT_STDERR,
    };
    if (monitor->watch->log.path)
        monitor->streams[which].log = (struct log_stream){.log = &monitor->watch->log, .name = name};
    if (!monitor->watch->progress || from < 0) return;
    monitor->streams[which].log.progress = &monitor->watch->progress[which];
    monitor->streams[which].log.source = from;
    monitor->streams[which].log.null = monitor->watch->null;
    /* So that the container can go on writing while we log; where it cannot be had, it waits. */
    fcntl(from, F_SETPIPE_SZ, 4 * STREAM_BYTES);
    monitor->streams[which].copies = monitor->watch->copies;
    if (monitor->watch->takes_over)
        progress_settle(&monitor->watch->progress[which], &monitor->watch->log, monitor->watch->copies, monitor->watch->null,
                        from);
}

/* Where that cannot be done, who takes over may miss what we had read and not logged yet. */
static void keep_progress(struct watch *watch) {
    if (!watch->streams || !watch->log.path || watch->progress) return;
    if (pipe2(watch->copies, O_CLOEXEC | O_NONBLOCK) < 0) return;
    watch->null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (watch->null >= 0 && progress_open(&watch->progress, watch->streams) == 0) return;
    if (watch->null >= 0) close(watch->null);
    close(watch->copies[0]);
    close(watch->copies[1]);
}

static void connect_streams(struct monitor *monitor) {
    struct container *container = monitor->container;
    bool terminal = container->terminal_fd >= 0;
    if (!terminal) keep_progress(monitor->watch);
    connect_output(monitor, STREAM_OUT, terminal ? container->terminal_fd : container->stdout_fd, "stdout");
    connect_output(monitor, STREAM_ERR, container->stderr_fd, "stderr");
    if (terminal) fcntl(container->terminal_fd, F_SETFL, fcntl(container->terminal_fd, F_GETFL) | O_NONBLOCK);
    monitor->typing = (struct typing){.on = monitor->attached && container->input};
    if (!monitor->attached || !terminal) return;
    copy_size(monitor);
    if (container->input) enter_raw_mode(&monitor->terminal);
}

/* The planner is our child too and ends soon after the launch; so are those who probe. */
static void reap_others(const struct monitor *monitor) {
    siginfo_t info;
    int status;
    for (;;) {
        info.si_pid = 0;
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0) return;
        if (info.si_pid == 0 || info.si_pid == monitor->container->pid) return;
        if (waitpid(info.si_pid, &status, WNOHANG) == info.si_pid)
            health_reaped(&monitor->watch->health, monitor->container, info.si_pid, status);
    }
}

/* Everything the user sends us is meant for the container, as if it had been started without us. */
static void take_signal(struct monitor *monitor) {
    struct signalfd_siginfo info;
    if (read(monitor->signals, &info, sizeof info) != sizeof info) return;
    int number = (int)info.ssi_signo;
    if (number == SIGCHLD) reap_others(monitor);
    if (number == SIGCHLD || number == SIGPIPE || number == SIGURG) return;
    if (number == SIGWINCH && monitor->container->terminal_fd >= 0) {
        if (monitor->attached) copy_size(monitor);
        return;
    }
    syscall(SYS_pidfd_send_signal, monitor->container->pidfd, number, NULL, 0);
}

static void reap(struct container *container) {
    pid_t reaped;
    do reaped = waitpid(container->pid, &container->wait_status, __WALL);
    while (reaped < 0 && errno == EINTR);
    /* Another monitor's child, which we have taken over. */
    if (reaped < 0) container->wait_status = foreign_wait_status(container->pid, container->pidfd);
    container->exited = true;
}

/* Milliseconds until the container's time is over, for poll(2); kills it then. podman's code for that is 255. */
static int time_left(struct monitor *monitor) {
    if (!monitor->deadline) return -1;
    uint64_t now = now_milliseconds();
    if (now < monitor->deadline)
        return monitor->deadline - now < INT_MAX ? (int)(monitor->deadline - now) : INT_MAX;
    syscall(SYS_pidfd_send_signal, monitor->container->pidfd, SIGKILL, NULL, 0);
    monitor->deadline = 0;
    monitor->timed_out = true;
    return -1;
}

/* True if somebody wants us to end; nothing is left that a signal could be passed on to. */
static bool asked_to_end(const struct monitor *monitor) {
    struct signalfd_siginfo info;
    if (read(monitor->signals, &info, sizeof info) != sizeof info) return false;
    return info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT || info.ssi_signo == SIGQUIT ||
           info.ssi_signo == SIGHUP;
}

/* Whatever the container wrote before its end is in the pipes by now: deliver it, and no longer
 * wait for an end of file, which somebody outside could hold back. A reader of ours that takes
 * nothing may be waited for until a signal says otherwise. */
static void finish_output(struct monitor *monitor) {
    for (int i = 0; i < STREAMS; i++) {
        struct stream *stream = &monitor->streams[i];
        while (stream_drain(stream)) {
            struct pollfd wanted[2] = {{.fd = stream->to, .events = POLLOUT}, {.fd = monitor->signals, .events = POLLIN}};
            if (!stream->buffer || poll(wanted, 2, -1) <= 0) continue;
            stream_move(stream, wanted[0].revents);
            if (!wanted[0].revents && wanted[1].revents && asked_to_end(monitor)) return;
        }
        log_finish(&stream->log);
    }
}

/* Of two times to wait, -1 meaning for ever. */
static int sooner(int one, int other) {
    return one < 0 || (other >= 0 && other < one) ? other : one;
}

static void run_loop(struct monitor *monitor) {
    struct container *container = monitor->container;
    struct health *health = &monitor->watch->health;
    struct clients *clients = &monitor->watch->clients;
    struct pollfd polled[POLL_CLIENTS + MAX_CLIENTS];
    while (!container->exited) {
        int left = sooner(time_left(monitor), sooner(clients_drop_slow(clients), health_advance(health, container)));
        nfds_t count = POLL_CLIENTS + clients->count;
        for (int i = 0; i < STREAMS; i++) stream_prepare(&monitor->streams[i], &polled[i]);
        typing_prepare(&monitor->typing, container, &polled[POLL_TYPING]);
        polled[POLL_SIGNALS] = (struct pollfd){.fd = monitor->signals, .events = POLLIN};
        polled[POLL_PROCESS] = (struct pollfd){.fd = container->pidfd, .events = POLLIN};
        polled[POLL_ATTACH] = (struct pollfd){.fd = clients->listener, .events = POLLIN};
        clients_prepare(clients, container, polled + POLL_CLIENTS);
        int ready = poll(polled, count, 0);
        if (ready == 0) {
            log_rest(&monitor->watch->log);
            ready = poll(polled, count, left);
        }
        if (ready < 0) continue;
        for (int i = 0; i < STREAMS; i++) stream_move(&monitor->streams[i], polled[i].revents);
        typing_move(&monitor->typing, container, polled[POLL_TYPING].revents);
        clients_move(clients, container, polled + POLL_CLIENTS);
        if (polled[POLL_ATTACH].revents) clients_accept(clients);
        if (polled[POLL_SIGNALS].revents) take_signal(monitor);
        if (polled[POLL_PROCESS].revents) reap(container);
    }
}

int monitor_container(struct context *context, bool attached) {
    struct container *container = &context->container;
    struct monitor monitor = {.container = container, .watch = context->watch, .attached = attached};
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    monitor.signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    if (context->watch->time_limit) monitor.deadline = now_milliseconds() + context->watch->time_limit;
    connect_streams(&monitor);
    health_begin(&context->watch->health);
    run_loop(&monitor);
    health_end(&context->watch->health);
    finish_output(&monitor);
    leave_raw_mode(&monitor.terminal);
    close(monitor.signals);
    if (monitor.timed_out) container->wait_status = TIMED_OUT_STATUS;
    if (context->watch->health.ended_it) context->watch->restart.after = context->watch->health.after;
    int code = exit_code(container->wait_status);
    clients_end(&context->watch->clients, code);
    return code;
}

void monitor_abandon(struct container *container) {
    if (container->pid <= 0 || container->exited) return;
    syscall(SYS_pidfd_send_signal, container->pidfd, SIGKILL, NULL, 0);
    reap(container);
}
