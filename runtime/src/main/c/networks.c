/* The networks of a container: a folder with a program for each, so that they may change while it runs. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "operations.h"
#include "stored.h"

static int is_program(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

/* In the order of their names. */
static int run_all(struct context *context, const char *folder, enum section section) {
    struct dirent **entries;
    int count = scandir(folder, &entries, is_program, alphasort);
    if (count < 0) return errno == ENOENT ? 0 : -errno;
    int first = 0;
    char words[DETAIL_BYTES] = "";
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        struct program program = {0};
        struct failure failure = {0};
        bool goes_on = !first || section == SECTION_TEARDOWN;
        if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name) >= sizeof path) abort();
        free(entries[i]);
        if (!goes_on) continue;
        if (!read_stored_program(path, &program)) {
            /* It will never be readable, and the container must be able to go. */
            if (section == SECTION_TEARDOWN) fprintf(stderr, "nsbox: %s is damaged: not all of it is taken back\n", path);
            else failure.error = EBADMSG;
        }
        else failure = section == SECTION_TEARDOWN ? run_teardown(context, &program) : run_section(context, &program, section);
        if (!failure.error || first) continue;
        first = -failure.error;
        memcpy(words, failure.detail, sizeof words);
    }
    free(entries);
    memcpy(context->detail, words, sizeof context->detail);
    return first;
}

int op_join_networks(struct context *context, const struct argument *argument) {
    return run_all(context, argument[0].bytes, SECTION_MONITOR);
}

int op_leave_networks(struct context *context, const struct argument *argument) {
    /* It keeps its addresses, and nobody else gets its ports, until it ends for good; only its links go. */
    return run_all(context, argument[0].bytes, context->starts_again ? SECTION_INIT : SECTION_TEARDOWN);
}

int op_repair_networks(struct context *context, const struct argument *argument) {
    return run_all(context, argument[0].bytes, SECTION_WATCH);
}
