#include "monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "streams.h"
#include "watch.h"

enum { STREAM_IN, STREAM_OUT, STREAM_ERR, STREAMS };
enum { POLL_SIGNALS = STREAMS, POLL_PROCESS, POLLED };

struct monitor {
    struct container *container;
    struct watch *watch;
    bool attached;
    int signals;
    struct stream streams[STREAMS];
    struct log_stream logs[STREAMS];
    bool raw; /* we have put the user's terminal into raw mode */
    struct termios saved;
};

void monitor_block_signals(void) {
    sigset_t all;
    sigfillset(&all);
    /* Faults of our own must still end us. */
    for (const int *fault = (int[]){SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP, 0}; *fault; fault++)
        sigdelset(&all, *fault);
    sigprocmask(SIG_SETMASK, &all, NULL);
}

static void enter_raw_mode(struct monitor *monitor) {
    if (tcgetattr(0, &monitor->saved) < 0) return;
    struct termios raw = monitor->saved;
    cfmakeraw(&raw);
    monitor->raw = tcsetattr(0, TCSANOW, &raw) == 0;
}

static void leave_raw_mode(struct monitor *monitor) {
    if (monitor->raw) tcsetattr(0, TCSANOW, &monitor->saved);
    monitor->raw = false;
}

/* Gives the container's terminal the size of the user's, whichever of our streams is one. */
static void copy_size(const struct monitor *monitor) {
    struct winsize size;
    for (int fd = 0; fd <= 2; fd++)
        if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
            ioctl(monitor->container->terminal_fd, TIOCSWINSZ, &size);
            return;
        }
}

static void connect_stream(struct monitor *monitor, int which, int from, int to, const char *name) {
    struct stream *stream = &monitor->streams[which];
    stream->from = from;
    stream->to = monitor->attached ? to : -1;
    if (name && monitor->watch->log.path) {
        monitor->logs[which] = (struct log_stream){.log = &monitor->watch->log, .name = name};
        stream->log = &monitor->logs[which];
    }
}

static void connect_streams(struct monitor *monitor) {
    struct container *container = monitor->container;
    for (int i = 0; i < STREAMS; i++) monitor->streams[i] = (struct stream){.from = -1, .to = -1};
    bool terminal = container->terminal_fd >= 0;
    connect_stream(monitor, STREAM_OUT, terminal ? container->terminal_fd : container->stdout_fd, 1, "stdout");
    connect_stream(monitor, STREAM_ERR, container->stderr_fd, 2, "stderr");
    int input = terminal ? container->terminal_fd : container->stdin_fd;
    if (input < 0 || !monitor->attached || !container->input) return;
    fcntl(input, F_SETFL, fcntl(input, F_GETFL) | O_NONBLOCK);
    connect_stream(monitor, STREAM_IN, 0, input, NULL);
    monitor->streams[STREAM_IN].close_to = !terminal;
    monitor->streams[STREAM_IN].end_of_terminal = terminal;
    /* In the background the terminal is somebody else's. */
    if (terminal && isatty(0) && tcgetpgrp(0) == getpgrp()) enter_raw_mode(monitor);
}

/* The planner is our child too and ends soon after the launch. */
static void reap_others(const struct monitor *monitor) {
    siginfo_t info;
    for (;;) {
        info.si_pid = 0;
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0) return;
        if (info.si_pid == 0 || info.si_pid == monitor->container->pid) return;
        waitpid(info.si_pid, NULL, WNOHANG);
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
        copy_size(monitor);
        return;
    }
    syscall(SYS_pidfd_send_signal, monitor->container->pidfd, number, NULL, 0);
}

static void reap(struct container *container) {
    while (waitpid(container->pid, &container->wait_status, __WALL) < 0 && errno == EINTR) continue;
    container->exited = true;
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
    for (int i = STREAM_OUT; i <= STREAM_ERR; i++) {
        struct stream *stream = &monitor->streams[i];
        while (stream_drain(stream)) {
            struct pollfd wanted[2] = {{.fd = -1}, {.fd = monitor->signals, .events = POLLIN}};
            stream_prepare(stream, &wanted[0]);
            if (wanted[0].fd < 0 || poll(wanted, 2, -1) <= 0) continue;
            stream_move(stream, wanted[0].revents);
            if (!wanted[0].revents && wanted[1].revents && asked_to_end(monitor)) return;
        }
        log_finish(&monitor->logs[i]);
    }
}

static void run_loop(struct monitor *monitor) {
    struct container *container = monitor->container;
    struct pollfd polled[POLLED];
    while (!container->exited) {
        for (int i = 0; i < STREAMS; i++) stream_prepare(&monitor->streams[i], &polled[i]);
        polled[POLL_SIGNALS] = (struct pollfd){.fd = monitor->signals, .events = POLLIN};
        polled[POLL_PROCESS] = (struct pollfd){.fd = container->pidfd, .events = POLLIN};
        if (poll(polled, POLLED, -1) < 0) continue;
        for (int i = 0; i < STREAMS; i++) stream_move(&monitor->streams[i], polled[i].revents);
        if (polled[POLL_SIGNALS].revents) take_signal(monitor);
        if (polled[POLL_PROCESS].revents) reap(container);
    }
}

static int exit_code(int status) {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int monitor_container(struct context *context, bool attached) {
    /* Static: a monitor has one container, and its buffers need not be on the stack. */
    static struct monitor monitor;
    struct container *container = &context->container;
    monitor.container = container;
    monitor.watch = context->watch;
    monitor.attached = attached;
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    monitor.signals = signalfd(-1, &mask, SFD_CLOEXEC);
    connect_streams(&monitor);
    if (attached && container->terminal_fd >= 0) copy_size(&monitor);
    run_loop(&monitor);
    finish_output(&monitor);
    leave_raw_mode(&monitor);
    return exit_code(container->wait_status);
}

void monitor_abandon(struct container *container) {
    if (container->pid <= 0 || container->exited) return;
    syscall(SYS_pidfd_send_signal, container->pidfd, SIGKILL, NULL, 0);
    reap(container);
}
