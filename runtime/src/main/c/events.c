#include "events.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "operations.h"
#include "records.h"

#define NAME_BYTES 128

/* A container may be renamed while it runs, and its program knows only the first name. Characters that
 * would have to be escaped are in no name. */
static const char *current_name(const struct event *event, char name[NAME_BYTES + 1]) {
    int fd = open(event->renamed, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, name, NAME_BYTES);
    if (fd >= 0) close(fd);
    if (length <= 0) return event->name;
    name[length] = 0;
    return strpbrk(name, "\"\\\n") ? event->name : name;
}

/* One write: others append, too. */
static int append(const char *path, const char *line, size_t length) {
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return -errno;
    ssize_t written = write(fd, line, length);
    int error = written < 0 ? -errno : (size_t)written < length ? -EIO : 0;
    close(fd);
    return error;
}

int record_event(const struct event *event, const char *action, const char *attributes) {
    char name[NAME_BYTES + 1], *line;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int length = asprintf(&line,
                          "{\"status\":\"%s\",\"Action\":\"%s\",\"time\":%lld,\"timeNano\":%lld,"
                          "%s,\"name\":\"%s\"%s}}}\n",
                          action, action, (long long)now.tv_sec, (long long)now.tv_sec * 1000000000 + now.tv_nsec,
                          event->text, current_name(event, name), attributes);
    if (length < 0) return -ENOMEM;
    int error = append(event->path, line, (size_t)length);
    free(line);
    return error;
}

/* Nobody saw the end if this process did not; whoever finds that out says so. */
int op_event(struct context *context, const struct argument *argument) {
    const struct container *container = &context->container;
    const struct event event = {argument[0].bytes, argument[2].bytes, argument[3].bytes, argument[4].bytes};
    uint64_t when = argument[5].number;
    char code[32] = "";
    if (when != EVENT_ALWAYS && (!container->exited || !container->up)) return 0;
    if (when == EVENT_WANT_OF_MEMORY && !container->wanted_memory) return 0;
    if (when == EVENT_END) snprintf(code, sizeof code, ",\"exitCode\":\"%d\"", exit_code(container->wait_status));
    return record_event(&event, argument[1].bytes, code);
}

/* Of all who take a container away, also at once, one is the first, and that one says so. */
int op_withdraw(struct context *context, const struct argument *argument) {
    const struct event event = {argument[2].bytes, argument[3].bytes, argument[4].bytes, argument[5].bytes};
    int error = op_rename(context, argument);
    /* It is gone, also where that cannot be recorded. */
    if (!error) record_event(&event, "destroy", "");
    return error;
}
