#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "operations.h"
#include "records.h"

void watch_init(struct watch *watch) {
    *watch = (struct watch){.log = {.fd = -1}, .clients = {.listener = -1}, .callers = {-1, -1, -1}};
}

int op_log_file(struct context *context, const struct argument *argument) {
    if (!context->watch) return -EINVAL;
    bool json = !strcmp(argument[0].bytes, "json-file");
    if (!json && strcmp(argument[0].bytes, "k8s-file")) return -EINVAL;
    if (argument[3].number < 1 || argument[3].number > 1000) return -EINVAL;
    context->watch->log = (struct log){.path = argument[1].bytes, .json = json, .limit = argument[2].number,
                                       .files = (unsigned)argument[3].number, .fd = -1};
    return log_open(&context->watch->log);
}

/* The names are made by `spawn`: whoever takes a container over finds them there. */
int op_named_streams(struct context *context, const struct argument *argument) {
    if (!context->watch) return -EINVAL;
    context->watch->streams = argument[0].bytes;
    context->watch->clients.once = argument[1].number;
    return 0;
}

/* Its monitor may have to start it again, so keeps them. */
int op_pass_streams(struct context *context, const struct argument *argument) {
    (void)argument;
    if (!context->watch) return -EINVAL;
    context->watch->passes_on = true;
    return 0;
}

int op_log_attributes(struct context *context, const struct argument *argument) {
    if (!context->watch || argument[0].length > LOG_ATTRIBUTE_BYTES) return -EINVAL;
    context->watch->log.attributes = argument[0].bytes;
    return 0;
}

int op_attach_socket(struct context *context, const struct argument *argument) {
    return context->watch ? clients_listen(&context->watch->clients, argument[0].bytes) : -EINVAL;
}

int op_restart(struct context *context, const struct argument *argument) {
    if (!context->watch) return -EINVAL;
    const char *policy = argument[0].bytes;
    bool on_failure = !strcmp(policy, "on-failure"), no = !strcmp(policy, "no");
    /* They differ in what happens after a reboot only. */
    if (!on_failure && !no && strcmp(policy, "always") && strcmp(policy, "unless-stopped")) return -EINVAL;
    context->watch->restart = (struct restart){.policy = no ? RESTART_NO : on_failure ? RESTART_ON_FAILURE : RESTART_ALWAYS,
                                               .most = argument[1].number,
                                               .stopped_path = argument[2].bytes,
                                               .count_path = argument[3].bytes};
    if (!context->watch->takes_over) return 0;
    char text[32] = "";
    int fd = open(argument[3].bytes, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    if (read(fd, text, sizeof text - 1) > 0) context->watch->restart.count = strtoull(text, NULL, 10);
    close(fd);
    return 0;
}

int op_time_limit(struct context *context, const struct argument *argument) {
    if (!context->watch) return -EINVAL;
    context->watch->time_limit = argument[0].number;
    return 0;
}

/* A container's process, whose monitor is dead. It may have ended as well: as long as nobody has reaped it, it
 * still tells how. */
static int find_orphan(struct context *context, const char *monitor_path, const char *process_path) {
    int monitor = open_recorded(monitor_path);
    bool watched = monitor >= 0 && !has_ended(monitor);
    if (monitor >= 0) close(monitor);
    if (watched) return -EBUSY;
    if (monitor < 0 && monitor != -ESRCH) return monitor;
    int process = open_recorded(process_path);
    if (process < 0) return process;
    context->container.pidfd = process;
    return 0;
}

/* The lock lasts as long as we do; the process that becomes the container lets go of it with execve. Who
 * takes a container over is the first to get it, once its monitor is gone. */
int op_claim(struct context *context, const struct argument *argument) {
    if (!context->watch) return -EINVAL;
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int lock = open(argument[0].bytes, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0 || fcntl(lock, F_OFD_SETLK, &whole) < 0) return -errno;
    context->watch->process_path = argument[2].bytes;
    if (context->watch->takes_over) {
        int error = find_orphan(context, argument[1].bytes, argument[2].bytes);
        if (context->watch->waits) error = error == -ESRCH ? 0 : error ? error : -EBUSY;
        if (error) return error;
    }
    return record_identity(argument[1].bytes, getpid());
}
