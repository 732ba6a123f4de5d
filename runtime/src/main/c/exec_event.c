/* What happens to a further process of a container, for `events`. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "operations.h"
#include "records.h"

/* One write: others append, too. */
int op_exec_event(struct context *context, const struct argument *argument) {
    const struct container *container = &context->container;
    bool ends = argument[2].number;
    /* The channel to its process closes when that runs its program. */
    if (ends && (!container->exited || container->status_fd >= 0)) return 0;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    char code[32] = "";
    size_t size = argument[1].length + 160;
    char *line = malloc(size);
    if (!line) return -ENOMEM;
    if (ends) snprintf(code, sizeof code, ",\"exitCode\":\"%d\"", exit_code(container->wait_status));
    int length = snprintf(line, size, "{\"time\":%lld,\"timeNano\":%lld,%s%s}}}\n", (long long)now.tv_sec,
                          (long long)now.tv_sec * 1000000000 + now.tv_nsec, argument[1].bytes, code);
    int fd = open(argument[0].bytes, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    int error = fd < 0 ? -errno : write_all(fd, line, (size_t)length);
    if (fd >= 0) close(fd);
    free(line);
    return error;
}
