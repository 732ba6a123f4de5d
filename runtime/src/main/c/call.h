/* Programs of the host's that are run and waited for. */
#ifndef NSBOX_CALL_H
#define NSBOX_CALL_H

#include <stddef.h>

struct context;

struct call {
    const char *program;   /* path */
    char *const *arguments;
    char *const *environment;
    const char *directory; /* to work in, or "" */
    const char *input;     /* what it reads */
    size_t input_length;
    long milliseconds;     /* how long it may take; 0: as long as it likes */
};

/* Success is exit code 0. Else `context` gets to know what the program said. */
int run_call(struct context *context, const struct call *call);

#endif
