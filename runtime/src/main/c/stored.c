/* Commands of nsbox-runtime that need no planner.
 *
 * Whoever creates a container calls `start` and `delete` next, and all that they do is known by then.
 * So the planner leaves it beside the container, as programs like the teardown, and a JVM's start is
 * saved. Only what is plain is done here: the words as engines write them, and success. All else, every
 * message among it, is the planner's, which begins anew; no step here minds being repeated. */
#include "stored.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inherit.h"
#include "operations.h"

/* As nsbox.cli.planner.GlobalOptions has it for root. */
#define DEFAULT_ROOT "/run/nsbox-runtime"

struct request {
    const char *root, *log, *command, *id;
    bool force;
};

const char *option_value(char *const **word, const char *name) {
    size_t length = strlen(name);
    if (strncmp(**word, name, length)) return NULL;
    if ((**word)[length] == '=') return **word + length + 1;
    return (**word)[length] || !(*word)[1] ? NULL : *++*word;
}

/* False for anything that is not plain: other options, another order, values with a meaning of their own. */
static bool read_globals(char *const **word, struct request *request) {
    for (; **word && ***word == '-'; ++*word) {
        const char *value;
        if ((value = option_value(word, "--root"))) request->root = value;
        else if ((value = option_value(word, "--log-format"))) {
            if (strcmp(value, "json") && strcmp(value, "text")) return false;
        } else if ((value = option_value(word, "--log"))) {
            if (strchr(value, ':')) return false;
            request->log = value;
        } else return false;
    }
    return true;
}

static bool is_plain_id(const char *id) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-+";
    return *id && !strchr("_.-+", *id) && !id[strspn(id, allowed)] && strlen(id) < 256;
}

bool is_root_of_host(void) {
    unsigned inside = 1, outside = 1, count = 0;
    FILE *map = geteuid() == 0 ? fopen("/proc/self/uid_map", "re") : NULL;
    if (!map) return false;
    bool read = fscanf(map, "%u %u %u", &inside, &outside, &count) == 3;
    fclose(map);
    return read && inside == 0 && outside == 0 && count == ~0u;
}

static bool read_request(char *const *words, struct request *request) {
    if (!is_runtime(words)) return false;
    if (is_root_of_host()) request->root = DEFAULT_ROOT;
    char *const *word = words + 1;
    if (!read_globals(&word, request) || !*word) return false;
    request->command = *word++;
    bool delete = !strcmp(request->command, "delete");
    if (!delete && strcmp(request->command, "start")) return false;
    request->force = delete && *word && (!strcmp(*word, "--force") || !strcmp(*word, "-f"));
    if (request->force) word++;
    request->id = *word;
    return request->id && !word[1] && is_plain_id(request->id) && request->root && *request->root;
}

bool read_stored_program(const char *path, struct program *program) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0) return false;
    bool good = fstat(fd, &status) == 0 && status.st_size > 0 && status.st_size <= WIRE_MAX_BYTES;
    unsigned char *bytes = good ? malloc((size_t)status.st_size) : NULL;
    good = bytes && read(fd, bytes, (size_t)status.st_size) == status.st_size
        && decode_program(bytes, (size_t)status.st_size, program);
    close(fd);
    free(bytes);
    return good;
}

/* What is deleted without force must have ended, or never have been started. */
static bool may_be_deleted(void) {
    int process = open_recorded("process");
    if (process < 0) return process == -ESRCH;
    close(process);
    return access("start", F_OK) == 0;
}

/* Whoever changes a container holds its lock, which goes with the container. */
static bool take_lock(void) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open("lock", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return fd >= 0 && fcntl(fd, F_SETLKW, &whole) == 0 && access("lock", F_OK) == 0;
}

static bool run(const struct request *request) {
    struct program program = {0};
    char name[32];
    snprintf(name, sizeof name, "%s.program", request->command);
    if (!read_stored_program(name, &program)) return false;
    struct context context;
    context_init(&context, &program);
    /* Not under the lock yet: who holds it may be waiting for this very process. */
    if (request->force && run_section(&context, &program, SECTION_MONITOR).error) return false;
    if (!take_lock()) return false;
    if (!strcmp(request->command, "delete") && !request->force && !may_be_deleted()) return false;
    return !run_section(&context, &program, SECTION_MONITOR).error && !run_teardown(&context, &program).error;
}

/* A caller's log is there after every command, whether or not there is something in it. */
static bool open_log(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd >= 0) close(fd);
    return fd >= 0;
}

bool run_stored(char *const *words) {
    struct request request = {0};
    if (!read_request(words, &request) || (request.log && !open_log(request.log))) return false;
    int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (before < 0) return false;
    bool done = chdir(request.root) == 0 && chdir(request.id) == 0 && run(&request);
    /* The planner takes the caller's directory for paths that are relative. */
    if (!done && fchdir(before) < 0) _exit(125);
    close(before);
    return done;
}
