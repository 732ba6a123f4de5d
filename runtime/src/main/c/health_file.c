/* The file that says how a container fares. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "health.h"
#include "operations.h"
#include "records.h"

#define KEPT_RESULTS 5

/* Longer than five of the longest results. */
#define MOST_BYTES 65536

struct status {
    char word[16];
    uint64_t streak;
    const char *results; /* after the first line */
    size_t length;
};

static const char STARTING[] = "starting";

/* What is not there, or not ours, is a container that is starting. */
static void read_status(const char *path, char text[MOST_BYTES + 1], struct status *status) {
    *status = (struct status){.results = text};
    strcpy(status->word, STARTING);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, MOST_BYTES);
    if (fd >= 0) close(fd);
    if (length <= 0) return;
    text[length] = 0;
    char word[16];
    unsigned long long streak;
    const char *end = strchr(text, '\n');
    if (!end || sscanf(text, "%15s %llu", word, &streak) != 2) return;
    strcpy(status->word, word);
    status->streak = streak;
    status->results = end + 1;
    status->length = (size_t)(text + length - status->results);
}

/* Where the next result begins; the end where this one is not whole. */
static const char *skip_result(const char *at, const char *end) {
    size_t length;
    const char *line = memchr(at, '\n', (size_t)(end - at));
    if (!line || sscanf(at, "%*u %*u %*d %zu", &length) != 1) return end;
    return length < (size_t)(end - line - 1) ? line + 1 + length + 1 : end;
}

/* Those that stay beside a new one. */
static void drop_old(struct status *status) {
    const char *end = status->results + status->length;
    unsigned count = 0;
    for (const char *at = status->results; at < end; at = skip_result(at, end)) count++;
    for (; count >= KEPT_RESULTS; count--) status->results = skip_result(status->results, end);
    status->length = (size_t)(end - status->results);
}

/* Whole or not at all, as record_text, but with any bytes in it. */
static int write_status(const char *path, const struct status *status, const struct probe_result *result) {
    char temporary[4096], head[128];
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.new", path) >= sizeof temporary) return -ENAMETOOLONG;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return -errno;
    int length = snprintf(head, sizeof head, "%s %llu\n", status->word, (unsigned long long)status->streak);
    int error = write_all(fd, head, (size_t)length);
    if (!error) error = write_all(fd, status->results, status->length);
    if (!error && result) {
        length = snprintf(head, sizeof head, "%llu %llu %d %zu\n", (unsigned long long)result->start,
                          (unsigned long long)result->end, result->code, result->length);
        error = write_all(fd, head, (size_t)length);
        if (!error) error = write_all(fd, result->output, result->length);
        if (!error) error = write_all(fd, "\n", 1);
    }
    close(fd);
    if (!error && rename(temporary, path) < 0) error = -errno;
    return error;
}

/* Held by who changes the file: the directory itself, for the file is another each time. */
static int lock(const char *path) {
    char *directory = strndup(path, (size_t)(strrchr(path, '/') - path));
    int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(directory);
    if (fd >= 0) flock(fd, LOCK_EX);
    return fd;
}

static enum probed judge(const struct health *health, struct status *status, int code, uint64_t up) {
    if (code == 0) {
        strcpy(status->word, "healthy");
        status->streak = 0;
        return PROBE_PASSED;
    }
    /* As long as it may take to start, nothing is held against it; unless it had been healthy. */
    if (!strcmp(status->word, STARTING) && up < health->start_period) return PROBE_FAILED;
    status->streak++;
    bool turns = status->streak >= health->retries && strcmp(status->word, "unhealthy") != 0;
    if (turns) strcpy(status->word, "unhealthy");
    return turns ? PROBE_TURNED : PROBE_FAILED;
}

enum probed health_take(const struct health *health, const struct probe_result *result, uint64_t up_milliseconds) {
    char *text = malloc(MOST_BYTES + 1);
    int held = text ? lock(health->path) : -1;
    if (held < 0) return PROBE_DROPPED;
    struct status status;
    read_status(health->path, text, &status);
    bool was_healthy = !strcmp(status.word, "healthy");
    enum probed probed = judge(health, &status, result->code, up_milliseconds);
    drop_old(&status);
    if (write_status(health->path, &status, result)) probed = PROBE_DROPPED;
    close(held);
    free(text);
    if (probed == PROBE_TURNED) record_event(&health->event, "health_status: unhealthy", "");
    if (probed == PROBE_PASSED && !was_healthy) record_event(&health->event, "health_status: healthy", "");
    return probed;
}

bool health_is_starting(const struct health *health) {
    char word[sizeof STARTING] = "";
    int fd = open(health->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return true;
    bool starting = read(fd, word, sizeof word - 1) > 0 && !strcmp(word, STARTING);
    close(fd);
    return starting;
}

/* With each start all is forgotten but the last results. */
int op_health_start(struct context *context, const struct argument *argument) {
    (void)context;
    char *text = malloc(MOST_BYTES + 1);
    if (!text) return -ENOMEM;
    struct status status;
    int held = lock(argument[0].bytes);
    read_status(argument[0].bytes, text, &status);
    strcpy(status.word, STARTING);
    status.streak = 0;
    int error = write_status(argument[0].bytes, &status, NULL);
    if (held >= 0) close(held);
    free(text);
    return error;
}
