/* Instructions on the ways from the host's root to the container's. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "mounts.h"

/* Makes the mount private that a path lies on. Only the path of the mount itself names it, so that is
 * looked for upwards. */
int op_private_parent(struct context *context, const struct argument *argument) {
    (void)context;
    char path[PATH_MAX];
    if (!realpath(argument[0].bytes, path)) return -errno;
    while (mount(NULL, path, NULL, MS_PRIVATE, NULL) < 0) {
        if (errno != EINVAL || !path[1]) return -errno;
        char *slash = strrchr(path, '/');
        slash[slash == path] = 0;
    }
    return 0;
}

/* Takes a mount of the host away from this mount namespace alone; one that is locked is covered. */
int op_cover(struct context *context, const struct argument *argument) {
    (void)context;
    const char *path = argument[0].bytes;
    if (mount(NULL, path, NULL, MS_SLAVE | MS_REC, NULL) < 0) {
        /* Gone already, with one above it. */
        return errno == EINVAL || errno == ENOENT ? 0 : -errno;
    }
    if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0) return 0;
    if (errno != EINVAL && errno != EPERM) return -errno;
    return mount("tmpfs", path, "tmpfs", MS_RDONLY, "nr_blocks=1,nr_inodes=1") < 0 ? -errno : 0;
}

/* For a host whose root cannot be pivoted away, such as an initial ramdisk. */
int op_move_root(struct context *context, const struct argument *argument) {
    (void)argument;
    if (fchdir(context->root_fd) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 ||
        chdir("/") < 0)
        return -errno;
    return 0;
}
