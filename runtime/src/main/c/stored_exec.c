/* `nsbox exec` without a planner.
 *
 * What a further process of a container is like stays the same as long as its first process lives, but for
 * its command. So the planner leaves the program of the first such process
 * beside the container, without a command, and from then on a JVM's start is saved. As in `stored.c`, only
 * what is plain is done here, and all else, every message among it, is the planner's. */
#include "stored_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inherit.h"
#include "operations.h"
#include "stored.h"

#define ID_LENGTH 64
#define PATH_BYTES 4096
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

struct request {
    const char *root, *run_root, *container;
    char *const *command;
    bool input;
};

/* As nsbox.cli.planner.GlobalOptions has them. */
static const char *variable(const char *name, const char *fallback) {
    const char *value = getenv(name);
    return value && *value ? value : fallback;
}

/* One that means the same to everybody, from wherever it is looked at. */
static bool is_plain_path(const char *path) {
    return *path == '/' && !strstr(path, "..") && strlen(path) < PATH_BYTES / 2;
}

/* A terminal is for people, who may leave it and come back: that is the planner's. */
static bool read_flag(const char *word, struct request *request) {
    bool good = !request->input && (!strcmp(word, "-i") || !strcmp(word, "--interactive"));
    request->input = true;
    return good;
}

static bool read_request(char *const *words, struct request *request) {
    if (!words[0] || is_runtime(words)) return false;
    request->root = variable("NSBOX_ROOT", "/var/lib/nsbox");
    request->run_root = variable("NSBOX_RUN_ROOT", "/run/nsbox");
    char *const *word = words + 1;
    for (; *word && **word == '-'; word++) {
        const char *value;
        if ((value = option_value(&word, "--root"))) request->root = value;
        else if ((value = option_value(&word, "--run-root"))) request->run_root = value;
        else return false;
    }
    if (!*word || strcmp(*word++, "exec")) return false;
    for (; *word && **word == '-'; word++)
        if (!read_flag(*word, request)) return false;
    if (!word[0] || !word[1] || !*word[1]) return false;
    request->container = word[0];
    request->command = word + 1;
    const char *name = request->container;
    /* A wrong driver is to be complained about. */
    return *name && *name != '.' && strlen(name) < 256 && !name[strspn(name, NAME_CHARACTERS)]
        && is_plain_path(request->root) && is_plain_path(request->run_root)
        && !*variable("NSBOX_STORAGE_DRIVER", "");
}

static bool is_id(const char *text) {
    return strlen(text) == ID_LENGTH && strspn(text, "0123456789abcdef") == ID_LENGTH;
}

/* A link alone is no name: container.json has it, too. Its first members are compared as nsbox writes them. */
static bool is_recorded(const struct request *request, const char *id, const char *name) {
    char path[PATH_BYTES], expected[512], found[512];
    snprintf(path, sizeof path, "%s/containers/%s/container.json", request->root, id);
    size_t length = (size_t)snprintf(expected, sizeof expected, "{\"id\":\"%s\",\"name\":\"%s%s", id, name, *name ? "\"," : "");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t got = read(fd, found, length);
    close(fd);
    return got == (ssize_t)length && !memcmp(found, expected, length);
}

/* A name, or a whole ID that is nobody's name. */
static bool find_id(const struct request *request, char *id) {
    char path[PATH_BYTES], target[PATH_BYTES];
    snprintf(path, sizeof path, "%s/names/%s", request->root, request->container);
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0 && errno != ENOENT) return false;
    target[length < 0 ? 0 : length] = 0;
    const char *last = strrchr(target, '/');
    const char *found = length < 0 ? request->container : last ? last + 1 : "";
    if (!is_id(found)) return false;
    strcpy(id, found);
    return is_recorded(request, id, length < 0 ? "" : request->container);
}

static bool lives(const char *folder, const char *record) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, record);
    int process = open_recorded(path);
    bool alive = process >= 0 && !has_ended(process);
    if (process >= 0) close(process);
    return alive;
}

/* A container whose monitor is gone is taken over first, by the planner's doing. */
static bool runs(const char *folder) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/paused", folder);
    return access(path, F_OK) < 0 && errno == ENOENT && lives(folder, "process") && lives(folder, "monitor");
}

/* Whether the program is for the very process that the container has now. */
static bool is_joined(const char *folder, const struct argument *joined) {
    char path[PATH_BYTES];
    unsigned long long pid = 0, started = 0;
    snprintf(path, sizeof path, "%s/process", folder);
    FILE *file = fopen(path, "re");
    if (!file) return false;
    bool same = fscanf(file, "%llu %llu", &pid, &started) == 2 && pid == joined[0].number && started == joined[1].number;
    fclose(file);
    return same;
}

static void tell_of(const struct request *request, const struct instructions *monitor) {
    for (size_t i = 0; i < monitor->count; i++)
        if (monitor->list[i].operation->run == op_exec_event) monitor->list[i].arguments[5].list = (char **)request->command;
}

static bool fill_in(const struct request *request, const char *folder, const struct program *program) {
    const struct instructions *init = &program->sections[SECTION_INIT];
    tell_of(request, &program->sections[SECTION_MONITOR]);
    bool joined = false, executes = false;
    for (size_t i = 0; i < init->count; i++) {
        struct argument *argument = init->list[i].arguments;
        if (init->list[i].operation->run == op_join_process) {
            joined = is_joined(folder, argument);
        } else if (init->list[i].operation->run == op_execute) {
            argument[0].list = (char **)request->command;
            executes = true;
        }
    }
    return joined && executes;
}

bool find_stored_exec(char *const *words, struct program *program) {
    struct request request = {0};
    char id[ID_LENGTH + 1], folder[PATH_BYTES / 2 + ID_LENGTH + 2], path[PATH_BYTES];
    if (!read_request(words, &request) || !find_id(&request, id) || !is_root_of_host()) return false;
    snprintf(folder, sizeof folder, "%s/%s", request.run_root, id);
    snprintf(path, sizeof path, "%s/exec%s.program", folder, request.input ? "-i" : "");
    return runs(folder) && read_stored_program(path, program)
        && fill_in(&request, folder, program);
}
