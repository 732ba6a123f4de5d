/* What happens to a further process of a container, for `events`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "events.h"
#include "log.h"
#include "operations.h"
#include "records.h"

/* Names the process in all that is told of it. */
static int exec_id(struct context *context) {
    unsigned char random[sizeof context->exec_id / 2];
    if (*context->exec_id) return 0;
    if (getrandom(random, sizeof random, 0) != sizeof random) return -EIO;
    for (size_t i = 0; i < sizeof random; i++) sprintf(context->exec_id + 2 * i, "%02x", random[i]);
    return 0;
}

/* "exec_start: sh -c true" */
static char *action_with(const char *action, char *const *words) {
    size_t size = strlen(action) + 2;
    for (char *const *word = words; *word; word++) size += 6 * strlen(*word) + 1;
    char *text = malloc(size + 1), *at = text;
    if (!text) return NULL;
    at += sprintf(at, "%s", action);
    for (char *const *word = words; *word; word++) {
        at += sprintf(at, "%s", word == words ? ": " : " ");
        at = log_string(at, *word, strlen(*word));
    }
    *at = 0;
    return text;
}

int op_exec_event(struct context *context, const struct argument *argument) {
    const struct container *container = &context->container;
    const struct event event = {argument[0].bytes, argument[2].bytes, argument[3].bytes, argument[4].bytes};
    bool ends = argument[6].number == EVENT_END;
    /* The channel to its process closes when that runs its program. */
    if (ends && (!container->exited || container->status_fd >= 0)) return 0;
    int error = exec_id(context);
    if (error) return error;
    char attributes[128];
    int length = snprintf(attributes, sizeof attributes, ",\"execID\":\"%s\"", context->exec_id);
    if (ends)
        snprintf(attributes + length, sizeof attributes - (size_t)length, ",\"exitCode\":\"%d\"",
                 exit_code(container->wait_status));
    char *action = action_with(argument[1].bytes, argument[5].list);
    if (!action) return -ENOMEM;
    error = record_event(&event, action, attributes);
    free(action);
    return error;
}
