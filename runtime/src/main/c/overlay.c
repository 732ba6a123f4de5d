/* The overlay of many layers, by the way that this kernel knows.
 *
 * From 6.8 on each layer is told alone: `lowerdir+` by fsconfig(2), which takes up to 255 bytes of a
 * path. Otherwise mount(2) takes all of them in one page; there each layer is called by the shortest
 * name that there is, a descriptor's in /proc, in which no character has a meaning. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "mounts.h"

/* What mount(2) reads of its last argument, the NUL included. */
#define MOUNT_DATA_BYTES 4096

/* The options of one mount(2) while they are put together. */
struct data {
    char text[MOUNT_DATA_BYTES];
    size_t length;
    int *opened;
    size_t count;
};

static int append(struct data *data, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int append(struct data *data, const char *format, ...) {
    va_list values;
    va_start(values, format);
    size_t left = sizeof data->text - data->length;
    int length = vsnprintf(data->text + data->length, left, format, values);
    va_end(values);
    if (length < 0 || (size_t)length >= left) return -E2BIG;
    data->length += (size_t)length;
    return 0;
}

/* Appends a prefix and a name for a directory that stays good while it is open. */
static int append_directory(struct data *data, const char *prefix, const char *path) {
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -errno;
    data->opened[data->count++] = fd;
    return append(data, "%s/proc/self/fd/%d", prefix, fd);
}

/* In upperdir and workdir a backslash stands before what would otherwise have a meaning. */
static char *unescape(const char *value) {
    char *path = malloc(strlen(value) + 1);
    if (!path) abort();
    char *to = path;
    for (; *value; value++) {
        if (*value == '\\' && value[1]) value++;
        *to++ = *value;
    }
    *to = 0;
    return path;
}

static int append_option(struct data *data, const char *option) {
    size_t key = strcspn(option, "=") + 1;
    if (strncmp(option, "upperdir=", key) && strncmp(option, "workdir=", key))
        return append(data, ",%s", option);
    char *path = unescape(option + key);
    char prefix[16];
    snprintf(prefix, sizeof prefix, ",%.*s", (int)key, option);
    int error = append_directory(data, prefix, path);
    free(path);
    return error;
}

static size_t count_strings(char *const *strings) {
    size_t count = 0;
    while (strings[count]) count++;
    return count;
}

static int mount_by_descriptors(const char *target, uint64_t attributes, char *const *options,
                                char *const *lower) {
    /* These have the same bits in both worlds. */
    const uint64_t flags = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    if (attributes & ~flags) return -EINVAL;
    struct data data = {.opened = calloc(count_strings(lower) + count_strings(options) + 1, sizeof(int))};
    if (!data.opened) return -ENOMEM;
    int error = 0;
    for (size_t i = 0; !error && lower[i]; i++)
        error = append_directory(&data, i == 0 ? "lowerdir=" : ":", lower[i]);
    for (; !error && *options; options++) error = append_option(&data, *options);
    if (!error && mount("overlay", target, "overlay", attributes, data.text) < 0) error = -errno;
    while (data.count > 0) close(data.opened[--data.count]);
    free(data.opened);
    return error;
}

/* ENOSYS: no fsopen(2), or a filter before it. EINVAL: no `lowerdir+`, or a path too long for
 * fsconfig(2). If it means that the layers are wrong, the other way says so again. */
int op_overlay(struct context *context, const struct argument *argument) {
    (void)context;
    int mount = new_mount("overlay", "overlay", argument[1].number, argument[2].list, argument[3].list);
    if (mount == -ENOSYS || mount == -EINVAL)
        return mount_by_descriptors(argument[0].bytes, argument[1].number, argument[2].list,
                                    argument[3].list);
    int target = open(argument[0].bytes, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return attach_and_close(mount, target < 0 ? -errno : target);
}
