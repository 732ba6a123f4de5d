/* Containers that criu makes anew from a checkpoint.
 *
 * `spawn` makes the process that becomes criu. It makes the container's first process as its sibling,
 * which is the monitor's child then, and ends. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "operations.h"

/* What criu wrote; 0 if that is no pid. */
static pid_t read_pid(const char *path) {
    char text[16];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0) return 0;
    text[length] = 0;
    long pid = strtol(text, NULL, 10);
    return pid > 1 && pid < 1 << 30 ? (pid_t)pid : 0;
}

/* From here on the monitor's process is the container's. */
int op_await_restored(struct context *context, const struct argument *argument) {
    struct container *container = &context->container;
    int status;
    while (waitpid(container->pid, &status, 0) < 0)
        if (errno != EINTR) return -errno;
    container->exited = true; /* nothing is left to abandon */
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        snprintf(context->detail, sizeof context->detail, "%s %d",
                 WIFSIGNALED(status) ? "signal" : "exit status",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        return -ECANCELED;
    }
    pid_t pid = read_pid(argument[0].bytes);
    if (pid == 0) return -EBADMSG;
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0) return -errno;
    close(container->pidfd);
    container->pid = pid;
    container->pidfd = pidfd;
    container->exited = false;
    return 0;
}

/* Not closed by execve: the program is told its number. */
int op_open_as(struct context *context, const struct argument *argument) {
    (void)context;
    int fd = open(argument[0].bytes, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    int error = dup2(fd, (int)argument[1].number) < 0 ? -errno : 0;
    close(fd);
    return error;
}
