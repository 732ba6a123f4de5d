#include "watch.h"

#include <errno.h>
#include <string.h>

#include "operations.h"

void watch_init(struct watch *watch) {
    *watch = (struct watch){.log = {.fd = -1}};
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
