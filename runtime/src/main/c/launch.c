/* From a program to a process: who is who.
 *
 *   monitor   runs the monitor section; its `spawn` makes the init process
 *   init      runs the init section in the new namespaces, up to execve: then it is the container
 *
 * A socket pair joins the two. Its end in init closes at execve, so the monitor reads
 *   end of file               the program has started
 *   struct failure            what stopped it
 *   one byte and a descriptor the master of the container's terminal
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "operations.h"

void context_init(struct context *context, const struct program *program) {
    *context = (struct context){.program = program, .root_fd = -1, .status_fd = -1};
    context->container = (struct container){.pidfd = -1, .status_fd = -1, .stdin_fd = -1,
                                            .stdout_fd = -1, .stderr_fd = -1, .terminal_fd = -1, .terminal_peer_fd = -1,
                                            .log_fd = -1};
}

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

/* One file a record, whole or not at all: readers look while we write. */
static int record(const char *path, const char *text) {
    char temporary[4096];
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.new", path) >= sizeof temporary)
        return -ENAMETOOLONG;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return -errno;
    int error = write_all(fd, text, strlen(text));
    close(fd);
    if (!error && rename(temporary, path) < 0) error = -errno;
    if (error) unlink(temporary);
    return error;
}

static int record_identity(const char *path, pid_t pid) {
    char text[64];
    snprintf(text, sizeof text, "%d %llu\n", pid, (unsigned long long)start_time(pid));
    return record(path, text);
}

int op_record_monitor(struct context *context, const struct argument *argument) {
    (void)context;
    return record_identity(argument[0].bytes, getpid());
}

int op_record_process(struct context *context, const struct argument *argument) {
    if (context->container.pid <= 0) return -ESRCH;
    return record_identity(argument[0].bytes, context->container.pid);
}

/* "exit CODE" or "signal NUMBER", then the seconds since the epoch. Who replays the teardown of a
 * lost monitor never saw the end: nothing is recorded then, and what is there stays. */
int op_record_exit(struct context *context, const struct argument *argument) {
    if (!context->container.exited) return 0;
    int status = context->container.wait_status;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    char text[64];
    snprintf(text, sizeof text, "%s %d %lld\n", WIFSIGNALED(status) ? "signal" : "exit",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), (long long)now.tv_sec);
    return record(argument[0].bytes, text);
}

/* The pipes of the three standard streams: [0] is read, [1] is written. */
struct streams {
    int in[2], out[2], err[2];
};

static int open_streams(struct streams *streams, uint64_t flags) {
    *streams = (struct streams){{-1, -1}, {-1, -1}, {-1, -1}};
    if (!(flags & SPAWN_TERMINAL)) {
        if (pipe2(streams->out, O_CLOEXEC) < 0 || pipe2(streams->err, O_CLOEXEC) < 0) return -errno;
        if ((flags & SPAWN_STDIN) && pipe2(streams->in, O_CLOEXEC) < 0) return -errno;
    }
    if (streams->in[0] < 0) {
        streams->in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (streams->in[0] < 0) return -errno;
    }
    return 0;
}

/* The raw call: libc keeps signals 32 to 34 to itself, and the caller may have ignored them. */
static void reset_signals(void) {
    static const char default_action[64];
    for (int number = 1; number < NSIG; number++)
        syscall(SYS_rt_sigaction, number, default_action, NULL, (NSIG - 1) / 8);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The init process: never returns. */
static _Noreturn void run_init(struct context *context, const struct streams *streams, int status) {
    context->status_fd = status;
    reset_signals();
    umask(022); /* the caller's is not the container's */
    setsid();
    struct failure failure = {0};
    /* With a terminal the streams stay on /dev/null until the program has made it. */
    int in = streams->in[0];
    int out = streams->out[1] >= 0 ? streams->out[1] : in;
    int err = streams->err[1] >= 0 ? streams->err[1] : in;
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
        failure = (struct failure){errno, SECTION_INIT, 0};
    else
        failure = run_section(context, context->program, SECTION_INIT);
    /* A program that ends without execve is one that was put together wrongly. */
    if (!failure.error) failure = (struct failure){ENOEXEC, SECTION_INIT, 0};
    send(status, &failure, sizeof failure, MSG_NOSIGNAL);
    _exit(127);
}

static void close_pair_end(int fd) {
    if (fd >= 0) close(fd);
}

static int open_log(const char *path) {
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

int op_spawn(struct context *context, const struct argument *argument) {
    struct container *container = &context->container;
    const char *log = argument[2].bytes;
    if (*log && (container->log_fd = open_log(log)) < 0) return -errno;

    container->input = argument[1].number & SPAWN_STDIN;
    struct streams streams;
    int error = open_streams(&streams, argument[1].number);
    if (error) return error;
    int status[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, status) < 0) return -errno;

    struct clone_args clone = {.flags = argument[0].number | CLONE_PIDFD,
                               .pidfd = (uint64_t)(uintptr_t)&container->pidfd,
                               .exit_signal = SIGCHLD};
    int cgroup = -1;
    if (*argument[3].bytes) {
        cgroup = open(argument[3].bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (cgroup < 0) return -errno;
        clone.flags |= CLONE_INTO_CGROUP;
        clone.cgroup = (uint64_t)cgroup;
    }
    container->pid = (pid_t)syscall(SYS_clone3, &clone, sizeof clone);
    if (container->pid < 0) return -errno;
    if (container->pid == 0) run_init(context, &streams, status[1]);
    close_pair_end(cgroup);
    close_mappings(context);

    close_pair_end(streams.in[0]);
    close_pair_end(streams.out[1]);
    close_pair_end(streams.err[1]);
    close(status[1]);
    container->status_fd = status[0];
    container->stdin_fd = streams.in[1];
    container->stdout_fd = streams.out[0];
    container->stderr_fd = streams.err[0];
    return 0;
}

/* Receives one message of init; gives its length, 0 at the end of file. */
static ssize_t receive_status(int fd, struct failure *failure, int *descriptor) {
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec iov = {failure, sizeof *failure};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t length;
    do length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    while (length < 0 && errno == EINTR);
    *descriptor = -1;
    struct cmsghdr *header = length > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(descriptor, CMSG_DATA(header), sizeof(int));
    return length;
}

int op_await_exec(struct context *context, const struct argument *argument) {
    (void)argument;
    struct container *container = &context->container;
    for (;;) {
        struct failure failure;
        int descriptor;
        ssize_t length = receive_status(container->status_fd, &failure, &descriptor);
        if (descriptor >= 0) {
            container->terminal_fd = descriptor;
            /* A terminal that nobody has open reads as ended, and a container may open it again. */
            container->terminal_peer_fd = ioctl(descriptor, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
            if (container->terminal_peer_fd < 0) return -errno;
        } else if (length == 0) {
            break;
        } else if (length == (ssize_t)sizeof failure) {
            context->init_failure = failure;
            return -failure.error;
        } else {
            return length < 0 ? -errno : -EBADMSG;
        }
    }
    close(container->status_fd);
    container->status_fd = -1;
    /* Also where init was killed before execve: its end is then reported like any other. */
    return 0;
}

int op_die_with_monitor(struct context *context, const struct argument *argument) {
    (void)argument;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return -errno;
    /* The monitor may have died before the line above; then its end of the channel is closed. */
    struct pollfd channel = {.fd = context->status_fd, .events = 0};
    if (poll(&channel, 1, 0) < 0) return -errno;
    return channel.revents & (POLLHUP | POLLERR) ? -EOWNERDEAD : 0;
}

static int open_process(uint64_t pid, uint64_t started) {
    int fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
    if (fd < 0) return -errno;
    if (start_time((pid_t)pid) == started) return fd;
    close(fd);
    return -ESRCH; /* the pid was given to another process since */
}

int op_signal(struct context *context, const struct argument *argument) {
    (void)context;
    int fd = open_process(argument[0].number, argument[1].number);
    if (fd < 0) return fd;
    int error = syscall(SYS_pidfd_send_signal, fd, (int)argument[2].number, NULL, 0) < 0 ? -errno : 0;
    close(fd);
    return error;
}

int op_await_exit(struct context *context, const struct argument *argument) {
    (void)context;
    int fd = open_process(argument[0].number, argument[1].number);
    if (fd == -ESRCH) return 0;
    if (fd < 0) return fd;
    struct pollfd process = {.fd = fd, .events = POLLIN};
    int ready;
    do ready = poll(&process, 1, (int)argument[2].number);
    while (ready < 0 && errno == EINTR);
    int error = ready < 0 ? -errno : ready == 0 ? -ETIMEDOUT : 0;
    close(fd);
    return error;
}
