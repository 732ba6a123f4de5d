/* From a program to a process: who is who.
 *
 *   monitor   runs the monitor section; its `spawn` makes the init process
 *   init      runs the init section in the new namespaces, up to execve: then it is the container
 *
 * Where namespaces are joined, or a new one needs help from outside, the process that `spawn` makes
 * is only on the way: `go_on_in_child` hands the rest of the section to a child in the namespaces,
 * which is the monitor's child too, and ends.
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
#include <unistd.h>

#include "operations.h"
#include "pipes.h"
#include "status.h"
#include "watch.h"

void context_init(struct context *context, const struct program *program) {
    *context = (struct context){.program = program, .root_fd = -1, .status_fd = -1, .start_fd = -1,
                                .console_fd = -1, .listener_fd = -1, .joined_fd = -1,
                                .planner_fd = -1};
    context->container = (struct container){.pidfd = -1, .status_fd = -1, .stdin_fd = -1,
                                            .stdout_fd = -1, .stderr_fd = -1, .terminal_fd = -1, .terminal_peer_fd = -1};
}

static void close_all(const int *descriptors, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (descriptors[i] >= 0) close(descriptors[i]);
}

void context_close(struct context *context) {
    const struct container *container = &context->container;
    const int descriptors[] = {container->pidfd, container->status_fd, container->stdin_fd, container->stdout_fd,
                               container->stderr_fd, container->terminal_fd, container->terminal_peer_fd,
                               context->root_fd, context->start_fd, context->console_fd, context->listener_fd};
    close_all(descriptors, sizeof descriptors / sizeof *descriptors);
    close_all(context->mappings, context->mapping_count);
    close_all(context->prepared, context->prepared_count);
    free(context->home);
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

/* Once the status channel is closed, only the container's own standard error is left, and nobody adds
 * what the step was for. */
static void report(const struct context *context, const struct failure *failure) {
    struct message message = {.kind = MESSAGE_FAILURE, .failure = *failure};
    if (context->status_fd >= 0) {
        send_message(context->status_fd, &message, -1);
        return;
    }
    const struct instruction *step = &context->program->sections[SECTION_INIT].list[failure->index];
    dprintf(2, "nsbox: %s: %s\n", step->operation->name,
            failure->detail[0] ? failure->detail : strerror(failure->error));
}

/* The init process: never returns. */
static _Noreturn void run_init(struct context *context, const struct streams *streams, int status) {
    context->status_fd = status;
    reset_signals();
    umask(022); /* the caller's is not the container's */
    setsid();
    struct failure failure = {.error = -take_streams(streams), .section = SECTION_INIT};
    if (!failure.error) failure = run_section(context, context->program, SECTION_INIT);
    /* A program that ends without execve is one that was put together wrongly. */
    if (!failure.error) failure = (struct failure){.error = ENOEXEC, .section = SECTION_INIT};
    report(context, &failure);
    _exit(context->status_fd >= 0 ? 127 : 255);
}

int op_spawn(struct context *context, const struct argument *argument) {
    struct container *container = &context->container;
    container->input = argument[1].number & SPAWN_STDIN;
    struct streams streams;
    int error = open_streams(&streams, argument[1].number, context->watch);
    if (error) return error;
    int status[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, status) < 0) return -errno;

    struct clone_args clone = {.flags = argument[0].number | CLONE_PIDFD,
                               .pidfd = (uint64_t)(uintptr_t)&container->pidfd,
                               .exit_signal = SIGCHLD};
    int cgroup = -1;
    if (*argument[2].bytes) {
        cgroup = open(argument[2].bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (cgroup < 0) return -errno;
        clone.flags |= CLONE_INTO_CGROUP;
        clone.cgroup = (uint64_t)cgroup;
    }
    container->pid = (pid_t)syscall(SYS_clone3, &clone, sizeof clone);
    if (container->pid < 0) return -errno;
    if (container->pid == 0) {
        close(status[0]); /* held here too, it would hide the monitor's end from the process */
        run_init(context, &streams, status[1]);
    }
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

/* Whoever gave us a socket for it wants the terminal; else it is ours to serve. */
static int take_terminal(struct context *context, int master) {
    struct container *container = &context->container;
    if (context->console_fd < 0) {
        container->terminal_fd = master;
        /* A terminal that nobody has open reads as ended, and a container may open it again. */
        container->terminal_peer_fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
        return container->terminal_peer_fd < 0 ? -errno : 0;
    }
    static const char name[] = "/dev/ptmx";
    int error = send_descriptor(context->console_fd, name, sizeof name - 1, master);
    close(master);
    close(context->console_fd);
    context->console_fd = -1;
    return error;
}

/* The process that was on the way has ended; its child is init. */
static void take_process(struct container *container, pid_t pid, int pidfd) {
    while (waitpid(container->pid, NULL, __WALL) < 0 && errno == EINTR) continue;
    close(container->pidfd);
    container->pid = pid;
    container->pidfd = pidfd;
}

static int take_message(struct context *context, const struct message *message, int descriptor) {
    switch (message->kind) {
        case MESSAGE_FAILURE:
            context->init_failure = message->failure;
            return message->failure.error ? -message->failure.error : -EBADMSG;
        case MESSAGE_TERMINAL:
            return descriptor < 0 ? -EBADMSG : take_terminal(context, descriptor);
        case MESSAGE_PROCESS:
            if (descriptor < 0) return -EBADMSG;
            take_process(&context->container, (pid_t)message->number, descriptor);
            return 0;
        case MESSAGE_LISTENER:
            context->listener_fd = descriptor;
            return descriptor < 0 ? -EBADMSG : 0;
        default:
            return message->kind == MESSAGE_SYNC ? 0 : -EBADMSG;
    }
}

/* Hears init out until it says what we wait for, or nothing more where that is 0. */
static int hear_init(struct context *context, uint32_t kind, uint32_t number) {
    for (;;) {
        struct message message;
        int descriptor;
        ssize_t length = receive_message(context->container.status_fd, &message, &descriptor);
        if (length < 0) return (int)length;
        if (length == 0) return kind ? -ESRCH : 0;
        int error = take_message(context, &message, descriptor);
        if (error) return error;
        if (kind && message.kind == kind) return message.number == number || kind == MESSAGE_PROCESS ? 0 : -EBADMSG;
        if (message.kind == MESSAGE_SYNC || message.kind == MESSAGE_PROCESS) return -EBADMSG;
    }
}

bool has_ended(int pidfd) {
    struct pollfd process = {.fd = pidfd, .events = POLLIN};
    return poll(&process, 1, 0) > 0;
}

int op_await_exec(struct context *context, const struct argument *argument) {
    (void)argument;
    struct container *container = &context->container;
    int error = hear_init(context, 0, 0);
    if (error) return error;
    close(container->status_fd);
    container->status_fd = -1;
    /* Where the program runs at once, also init's death before execve is reported like any other end.
     * Where it waits for `start`, a dead one must not pass for a container. */
    if (context->start_fd >= 0 && has_ended(container->pidfd)) {
        snprintf(context->detail, sizeof context->detail,
                 "the container's first process was killed while it was made (is the memory limit too low?)");
        return -ESRCH;
    }
    return 0;
}

int op_await_process(struct context *context, const struct argument *argument) {
    (void)argument;
    return hear_init(context, MESSAGE_PROCESS, 0);
}

int op_await_sync(struct context *context, const struct argument *argument) {
    return hear_init(context, MESSAGE_SYNC, (uint32_t)argument[0].number);
}

int op_await_listener(struct context *context, const struct argument *argument) {
    (void)argument;
    return hear_init(context, MESSAGE_LISTENER, 0);
}

int op_go_on(struct context *context, const struct argument *argument) {
    (void)argument;
    return send_message(context->container.status_fd, &(struct message){.kind = MESSAGE_GO_ON}, -1);
}

int op_die_with_monitor(struct context *context, const struct argument *argument) {
    (void)argument;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return -errno;
    if (context->status_fd < 0) return 0;
    /* The monitor may have died before the line above; then its end of the channel is closed. */
    struct pollfd channel = {.fd = context->status_fd, .events = 0};
    if (poll(&channel, 1, 0) < 0) return -errno;
    return channel.revents & (POLLHUP | POLLERR) ? -EOWNERDEAD : 0;
}

int open_process(uint64_t pid, uint64_t started) {
    int fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
    if (fd < 0) return -errno;
    if (start_time((pid_t)pid) == started) return fd;
    close(fd);
    return -ESRCH; /* the pid was given to another process since */
}

int open_recorded(const char *path) {
    char text[64] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno == ENOENT ? -ESRCH : -errno;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    int pid;
    unsigned long long started;
    if (length < 0 || sscanf(text, "%d %llu", &pid, &started) != 2) return -EBADMSG;
    return open_process((uint64_t)pid, started);
}

static int await_end(int pidfd, uint64_t milliseconds) {
    struct pollfd process = {.fd = pidfd, .events = POLLIN};
    int ready;
    do ready = poll(&process, 1, (int)milliseconds);
    while (ready < 0 && errno == EINTR);
    return ready < 0 ? -errno : ready == 0 ? -ETIMEDOUT : 0;
}

static int send_signal(int pidfd, int number) {
    return syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0) < 0 ? -errno : 0;
}

int op_signal(struct context *context, const struct argument *argument) {
    (void)context;
    int fd = open_process(argument[0].number, argument[1].number);
    if (fd < 0) return fd;
    int error = send_signal(fd, (int)argument[2].number);
    close(fd);
    return error;
}

int op_await_exit(struct context *context, const struct argument *argument) {
    (void)context;
    int fd = open_process(argument[0].number, argument[1].number);
    if (fd == -ESRCH) return 0;
    if (fd < 0) return fd;
    int error = await_end(fd, argument[2].number);
    close(fd);
    return error;
}

/* Whoever is frozen in version 1 takes no signal before the thaw. */
int op_end_process(struct context *context, const struct argument *argument) {
    int fd = open_recorded(argument[0].bytes);
    if (fd == -ESRCH) return 0;
    if (fd < 0) return fd;
    int error = send_signal(fd, SIGKILL);
    if (error == -ESRCH) error = 0;
    if (!error && *argument[1].list) error = op_write_first(context, argument + 1);
    if (error == -ENOENT) error = 0; /* the cgroup went with its last process */
    if (!error) error = await_end(fd, argument[3].number);
    close(fd);
    return error;
}
