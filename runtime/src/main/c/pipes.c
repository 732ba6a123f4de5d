#include "pipes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operations.h"
#include "watch.h"

static int open_named(const char *directory, const char *name, int flags) {
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", directory, name) >= sizeof path) return -ENAMETOOLONG;
    if (mkfifo(path, 0600) < 0 && errno != EEXIST) return -errno;
    int fd = open(path, flags | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* The container has its output open for both ways: so it is written to also while nobody reads, and
 * without a signal; what is written then waits for the next reader. */
static int open_output(const char *directory, const char *name, int pair[2]) {
    pair[0] = open_named(directory, name, O_RDONLY | O_NONBLOCK);
    if (pair[0] < 0) return pair[0];
    pair[1] = open_named(directory, name, O_RDWR);
    return pair[1] < 0 ? pair[1] : 0;
}

/* Its input it only reads, for it has to see the end. Ours does not block; opened for both ways first, as
 * to open one way waits for the other. */
static int open_input(const char *directory, int pair[2]) {
    int both = open_named(directory, "stdin", O_RDWR);
    if (both < 0) return both;
    pair[0] = open_named(directory, "stdin", O_RDONLY);
    pair[1] = open_named(directory, "stdin", O_WRONLY | O_NONBLOCK);
    close(both);
    return pair[0] < 0 ? pair[0] : pair[1] < 0 ? pair[1] : 0;
}

static int open_pipes(struct streams *streams, uint64_t flags) {
    if (pipe2(streams->out, O_CLOEXEC) < 0 || pipe2(streams->err, O_CLOEXEC) < 0) return -errno;
    if (!(flags & SPAWN_STDIN)) return 0;
    if (pipe2(streams->in, O_CLOEXEC) < 0) return -errno;
    return fcntl(streams->in[1], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static int open_all_named(struct streams *streams, uint64_t flags, const char *directory) {
    int error = open_output(directory, "stdout", streams->out);
    if (!error) error = open_output(directory, "stderr", streams->err);
    if (!error && flags & SPAWN_STDIN) error = open_input(directory, streams->in);
    return error;
}

static int copy_streams(struct streams *streams, const int from[3]) {
    int *const to[3] = {&streams->in[0], &streams->out[1], &streams->err[1]};
    for (int i = 0; i < 3; i++) {
        *to[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 3);
        if (*to[i] < 0) return -errno;
    }
    return 0;
}

int open_streams(struct streams *streams, uint64_t flags, const struct watch *watch) {
    const char *directory = watch ? watch->streams : NULL;
    *streams = (struct streams){{-1, -1}, {-1, -1}, {-1, -1}};
    if (flags & SPAWN_OURS) return watch && watch->passes_on && watch->callers[0] >= 0 ? copy_streams(streams, watch->callers) : 0;
    if (!(flags & SPAWN_TERMINAL)) {
        int error = directory ? open_all_named(streams, flags, directory) : open_pipes(streams, flags);
        if (error) return error;
    }
    if (streams->in[0] < 0) {
        streams->in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (streams->in[0] < 0) return -errno;
    }
    return 0;
}

/* With a terminal the streams stay on /dev/null until the program has made it. */
int take_streams(const struct streams *streams) {
    int in = streams->in[0];
    if (in < 0) return 0; /* they are ours */
    int out = streams->out[1] >= 0 ? streams->out[1] : in;
    int err = streams->err[1] >= 0 ? streams->err[1] : in;
    return dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 ? -errno : 0;
}

void close_pair_end(int fd) {
    if (fd >= 0) close(fd);
}
