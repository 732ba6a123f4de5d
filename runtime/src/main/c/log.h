/* The container's log, in the format that Kubernetes and podman call k8s-file:
 *   2026-01-02T15:04:05.000000000Z stdout F a whole line
 *   2026-01-02T15:04:05.000000000Z stderr P a part of a line, to be continued
 * One write(2) for each chunk, appended, so readers always see whole records. */
#ifndef NSBOX_LOG_H
#define NSBOX_LOG_H

#include <stddef.h>

struct log_stream {
    int fd;           /* -1 after a write failed: a full disk must not stop the container */
    const char *name; /* stdout or stderr */
};

void log_append(struct log_stream *log, const char *bytes, size_t length);

#endif
