/* Tells the manager of services, which started whoever asked for a container: sd_notify(3). */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "operations.h"

/* A name that begins with @ is abstract. */
int op_notify(struct context *context, const struct argument *argument) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char text[256];
    size_t length = argument[0].length;
    if (length < 2 || length >= sizeof address.sun_path) return -EINVAL;
    memcpy(address.sun_path, argument[0].bytes, length);
    if (*address.sun_path == '@') *address.sun_path = 0;
    int size = snprintf(text, sizeof text, "MAINPID=%d%s", getpid(), argument[1].bytes);
    if (size < 0 || (size_t)size >= sizeof text) return -EINVAL;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    ssize_t sent = sendto(fd, text, (size_t)size, MSG_NOSIGNAL, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    int error = sent < 0 ? -errno : 0;
    if (error) snprintf(context->detail, sizeof context->detail, "%s: %s", argument[0].bytes, strerror(-error));
    close(fd);
    return error;
}
