/* Mounts that are made in one place and stand in another: by a process that still has the host's
 * rights, for the one in the container's user namespace that it becomes. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mounts.h"

/* Takes a mount over, which may be -errno, and numbers it. */
static int keep(struct context *context, int mount) {
    if (mount < 0) return mount;
    if (context->prepared_count == MAX_PREPARED) {
        close(mount);
        return -E2BIG;
    }
    context->prepared[context->prepared_count++] = mount;
    return 0;
}

int op_prepare_bind(struct context *context, const struct argument *argument) {
    return keep(context, clone_bind(argument[0].bytes, argument[1].number, argument[2].number,
                                    argument[3].number, argument[4].number));
}

int op_prepare_of(struct context *context, const struct argument *argument) {
    return keep(context, borrow_mount(argument[0].number, argument[1].number, argument[2].bytes));
}

int op_prepare_filesystem(struct context *context, const struct argument *argument) {
    return keep(context, new_mount(argument[0].bytes, argument[1].bytes, argument[2].number,
                                   argument[3].list, NULL));
}

int op_place_at(struct context *context, const struct argument *argument) {
    if (argument[0].number >= context->prepared_count) return -EBADF;
    int mount = context->prepared[argument[0].number];
    context->prepared[argument[0].number] = -1;
    return place_mount(context, mount, argument[1].bytes);
}

/* The new root, as seen from here: what we are in is the same in a copy of our mount namespace, while
 * its path may be out of reach for the container's user. */
int op_enter_directory(struct context *context, const struct argument *argument) {
    (void)context;
    return chdir(argument[0].bytes) < 0 ? -errno : 0;
}

/* pivot_root(2) wants a mount, and one that may be taken away again: a mount that came from another
 * user namespace is neither. */
int op_bind_root(struct context *context, const struct argument *argument) {
    (void)argument;
    int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (here < 0) return -errno;
    context->root_fd = clone_mount(here, "", true);
    int error = context->root_fd < 0 ? context->root_fd : attach_mount(context->root_fd, here);
    close(here);
    return error;
}

/* For who shares the host's mounts, and so must not move them. */
int op_change_root(struct context *context, const struct argument *argument) {
    (void)context;
    (void)argument;
    return chroot(".") < 0 || chdir("/") < 0 ? -errno : 0;
}
