/* What other instructions need of mounts. Descriptors, or -errno. */
#ifndef NSBOX_MOUNTS_H
#define NSBOX_MOUNTS_H

#include <linux/mount.h>
#include <sys/types.h>

#include "operations.h"

/* Opens a path inside the container. */
int open_at(struct context *context, const char *path, int flags);

/* Opens a directory inside the container; makes it, and those above it, where they are missing. */
int open_directory_at(struct context *context, const char *path, mode_t mode);

/* Copies the mount that stands at a path, or at the descriptor itself where the path is "". */
int clone_mount(int at, const char *path, bool recursive);

/* Makes a mount that stands nowhere yet. Options are "key=value" or "flag"; `lower` are the layers of
 * an overlay, the topmost first, or NULL. */
int new_mount(const char *type, const char *source, uint64_t attributes, char *const *options,
              char *const *lower);

/* Copies the mount at a path of the host, with BIND_ flags, attributes to set and to clear, and a
 * propagation; a mount without a place. */
int clone_bind(const char *source, uint64_t flags, uint64_t set, uint64_t clear, uint64_t propagation);

/* Copies the mount at a path as another process has it, without those below it; it passes nothing on. */
int borrow_mount(uint64_t pid, uint64_t started, const char *path);

/* Puts a mount onto a path inside the container, which is made where it is missing; closes it. */
int place_mount(struct context *context, int mount, const char *path);

/* Gives a file system that is being made, or made anew, one option. */
int configure(int filesystem, const char *option);

/* Changes attributes or propagation of a mount, and of those below it where it is recursive. */
int change_mount(int mount, bool recursive, struct mount_attr attributes);

/* Puts a mount without a place onto an open target. */
int attach_mount(int mount, int target);

/* The same, and closes both. Either may be -errno, which is the answer then. */
int attach_and_close(int mount, int target);

/* Whether it is the device that /dev/null should be. */
bool is_null_device(int fd);

/* Whether it is a file of procfs; whether it is the root of one. */
bool is_procfs(int fd);
bool is_procfs_root(int fd);

#endif
