/* A launch program in memory: four lists of instructions, decoded and checked before any runs. */
#ifndef NSBOX_PROGRAM_H
#define NSBOX_PROGRAM_H

#include <sys/types.h>

#include "wire.h"

#define MAX_ARGUMENTS 8

/* One argument. Strings and bytes end with an extra NUL that does not count into `length`. */
struct argument {
    uint64_t number;
    char *bytes;
    size_t length;
    char **list; /* NULL-terminated */
};

struct instruction {
    const struct operation *operation;
    uint16_t ignore; /* IGNORE_ bits */
    struct argument arguments[MAX_ARGUMENTS];
};

/* Failures that do not end the program, for this instruction alone. */
enum {
    IGNORE_EXISTS = 1,  /* EEXIST */
    IGNORE_MISSING = 2, /* ENOENT, ENOTDIR */
    IGNORE_ALL = 4,     /* any: the instruction is a wish */
    IGNORE_WARN = 8,    /* any, but it is said on standard error */
};

/* Who runs a section, and when. */
enum section {
    SECTION_MONITOR,  /* the monitor, from the start until the container's process is up */
    SECTION_INIT,     /* the container's process, from clone to execve */
    SECTION_TEARDOWN, /* the monitor after the container's end, or whoever finds the monitor dead */
    SECTION_WATCH,    /* the monitor, before all else: what it does beside the container */
    SECTIONS,
};

struct instructions {
    struct instruction *list;
    size_t count;
};

struct program {
    struct instructions sections[SECTIONS];
};

/* What errno does not say, such as what a hook wrote. */
#define DETAIL_BYTES 512

/* Where a program failed: errno 0 says that it did not. */
struct failure {
    int error; /* errno */
    uint32_t section;
    uint32_t index;
    char detail[DETAIL_BYTES]; /* may be empty */
};

/* Decodes; returns false if a length, code or argument list does not fit. The program lives until
 * the process ends. */
bool decode_program(const unsigned char *bytes, size_t length, struct program *program);

/* Runs one section up to its first failure. */
struct context;
struct failure run_section(struct context *context, const struct program *program,
                           enum section section);

/* Runs the teardown, failures notwithstanding, and returns the first; after one the last step, which
 * forgets the container, is left out, so that the rest is repeated. */
struct failure run_teardown(struct context *context, const struct program *program);

/* The same without the last step: the container is going to be started again, or its folder is taken away by
 * somebody else. */
struct failure run_teardown_between(struct context *context, const struct program *program);

#endif
