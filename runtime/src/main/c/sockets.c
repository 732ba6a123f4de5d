#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The address holds 107 bytes, less than a path may have; so it is named from its directory, which is
 * returned to be closed. */
static int address_of(const char *path, struct sockaddr_un *address) {
    char directory[4096];
    const char *name = strrchr(path, '/');
    if (!name || (size_t)(name - path) >= sizeof directory) return -EINVAL;
    memcpy(directory, path, (size_t)(name - path));
    directory[name - path] = 0;
    int fd = open(*directory ? directory : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -errno;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d%s", fd, name);
    if (length > 0 && (size_t)length < sizeof address->sun_path) return fd;
    close(fd);
    return -ENAMETOOLONG;
}

int listen_at(const char *path) {
    struct sockaddr_un address;
    int directory = address_of(path, &address);
    if (directory < 0) return directory;
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error = fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 64) < 0 ? -errno : 0;
    if (error && fd >= 0) close(fd);
    close(directory);
    return error ? error : fd;
}

int connect_at(const char *path) {
    struct sockaddr_un address;
    int directory = address_of(path, &address);
    if (directory < 0) return directory;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int error = fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
    if (error && fd >= 0) close(fd);
    close(directory);
    return error ? error : fd;
}
