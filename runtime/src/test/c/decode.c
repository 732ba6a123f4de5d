/* Feeds programs to the decoder and says which it took: the driver of HostileProgramTest.
 *
 * Reads u32 length + bytes, again and again; writes '+' or '-' for each. What was taken is walked through
 * whole, so that the sanitizers see a pointer or a length that is wrong. Operations do nothing here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operations.h"

#define OP(code, name, function, arguments)                                   \
    int function(struct context *context, const struct argument *argument) { \
        (void)context;                                                        \
        (void)argument;                                                       \
        return 0;                                                             \
    }
#include "opcodes.def"
#undef OP

/* A program lives until the process ends, and this process decodes thousands: so what a decoding
 * allocates is collected (the linker puts this in calloc's place) and freed after it. */
static void **allocated;
static size_t allocations, room;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size) {
    if (allocations == room) {
        room = room * 2 + 64;
        allocated = realloc(allocated, room * sizeof *allocated);
        if (!allocated) abort();
    }
    return allocated[allocations++] = __real_calloc(count, size);
}

static void free_all(void) {
    while (allocations > 0) free(allocated[--allocations]);
}

static void check(bool holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "decode: %s\n", what);
    abort();
}

static void walk_argument(char kind, const struct argument *argument) {
    if (kind == 's') check(strlen(argument->bytes) == argument->length, "a string with a NUL");
    if (kind == 'b') check(argument->bytes[argument->length] == 0, "bytes without an end");
    if (kind != 'v') return;
    for (size_t i = 0; i < argument->length; i++) check(strlen(argument->list[i]) < WIRE_MAX_BYTES, "a list");
    check(!argument->list[argument->length], "a list without an end");
}

static void walk(const struct program *program) {
    for (size_t s = 0; s < SECTIONS; s++)
        for (size_t i = 0; i < program->sections[s].count; i++) {
            const struct instruction *instruction = &program->sections[s].list[i];
            check(instruction->operation, "an instruction without an operation");
            for (size_t a = 0; instruction->operation->arguments[a]; a++)
                walk_argument(instruction->operation->arguments[a], &instruction->arguments[a]);
        }
}

int main(void) {
    unsigned char header[4];
    while (fread(header, 1, sizeof header, stdin) == sizeof header) {
        size_t length = header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16 | (size_t)header[3] << 24;
        /* Exactly as long as the program, so that reading on is seen. */
        unsigned char *bytes = malloc(length ? length : 1);
        if (!bytes || fread(bytes, 1, length, stdin) != length) return 2;
        struct program program = {0};
        bool taken = decode_program(bytes, length, &program);
        if (taken) walk(&program);
        free(bytes);
        free_all();
        putchar(taken ? '+' : '-');
    }
    return 0;
}
