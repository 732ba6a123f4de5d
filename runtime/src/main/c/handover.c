/* How a container is handed over to whoever called: the wait for `start`, the console socket, sockets
 * that get its process. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "mounts.h"
#include "status.h"
#include "wire.h"

/* Open for both, so that opening does not wait; only the container's process reads. */
int op_start_fifo(struct context *context, const struct argument *argument) {
    if (mkfifo(argument[0].bytes, 0600) < 0) return -errno;
    context->start_fd = open(argument[0].bytes, O_RDWR | O_CLOEXEC);
    return context->start_fd < 0 ? -errno : 0;
}

/* The container is created: its process is nobody's but the caller's from here on. */
int op_await_start(struct context *context, const struct argument *argument) {
    (void)argument;
    if (prctl(PR_SET_PDEATHSIG, 0) < 0) return -errno;
    close(context->status_fd);
    context->status_fd = -1;
    char byte;
    ssize_t length;
    do length = read(context->start_fd, &byte, 1);
    while (length < 0 && errno == EINTR);
    return length < 0 ? -errno : 0;
}

/* The end of a process that was made for its instructions alone. */
int op_done(struct context *context, const struct argument *argument) {
    (void)context;
    (void)argument;
    _exit(0);
}

/* The process outlives the program that made it, which is about to end. */
int op_outlive_monitor(struct context *context, const struct argument *argument) {
    (void)context;
    (void)argument;
    return prctl(PR_SET_PDEATHSIG, 0) < 0 ? -errno : 0;
}

/* Lets the container's process go on, and waits until it runs its program or has ended: both close
 * the only descriptor that reads. */
int op_start(struct context *context, const struct argument *argument) {
    (void)context;
    int fd = open(argument[0].bytes, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return errno == ENXIO ? -ESRCH : -errno;
    int error = write(fd, "", 1) < 0 ? -errno : 0;
    if (!error && unlink(argument[0].bytes) < 0) error = -errno;
    struct pollfd reader = {.fd = fd, .events = 0};
    while (!error && poll(&reader, 1, -1) < 0)
        if (errno != EINTR) error = -errno;
    close(fd);
    return error;
}

static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    int error = -errno;
    close(fd);
    return error;
}

static int receive_go_on(int planner) {
    struct frame frame;
    if (receive_frame(planner, &frame)) return -EOWNERDEAD;
    struct reader r = {frame.payload, frame.length, false};
    int error = (int)read_u32(&r);
    bool expected = frame.kind == FRAME_GO_ON && !r.bad && error >= 0;
    free(frame.payload);
    return expected ? -error : -EBADMSG;
}

/* For what only the planner can do, and only once there is a process. */
int op_await_planner(struct context *context, const struct argument *argument) {
    (void)argument;
    if (context->planner_fd < 0) return -EBADF;
    struct writer w = {0};
    write_u32(&w, (uint32_t)context->container.pid);
    int error = send_frame(context->planner_fd, FRAME_PROCESS, w.bytes, w.length);
    free(w.bytes);
    return error ? error : receive_go_on(context->planner_fd);
}

/* Before there are namespaces: the socket is the host's. */
int op_console_socket(struct context *context, const struct argument *argument) {
    context->console_fd = connect_to(argument[0].bytes);
    return context->console_fd < 0 ? context->console_fd : 0;
}

int op_pidfd_socket(struct context *context, const struct argument *argument) {
    int fd = connect_to(argument[0].bytes);
    if (fd < 0) return fd;
    static const char name[] = "pidfd";
    int error = send_descriptor(fd, name, sizeof name - 1, context->container.pidfd);
    close(fd);
    return error;
}

/* Documents for agents and hooks hold the container's pid, which nobody knew when they were written. */
int op_send_listener(struct context *context, const struct argument *argument) {
    if (context->listener_fd < 0) return -EBADF;
    char document[16384];
    size_t length = (size_t)snprintf(document, sizeof document, "%s%d%s", argument[1].bytes,
                                     context->container.pid, argument[2].bytes);
    if (length >= sizeof document) return -EMSGSIZE;
    int fd = connect_to(argument[0].bytes);
    if (fd < 0) return fd;
    int error = send_descriptor(fd, document, length, context->listener_fd);
    close(fd);
    close(context->listener_fd);
    context->listener_fd = -1;
    return error;
}
