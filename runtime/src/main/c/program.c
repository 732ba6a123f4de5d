#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operations.h"

#define PROGRAM_MAGIC 0x5842534eu /* "NSBX" */
#define PROGRAM_VERSION 2
/* Has no section `watch`; programs of this version still lie beside containers. */
#define PROGRAM_VERSION_1 1
#define MAX_INSTRUCTIONS 65536u
#define MAX_LIST 1048576u

static const struct operation operations[] = {
#define OP(code, name, function, arguments) {code, #name, function, arguments},
#include "opcodes.def"
#undef OP
};

static const struct operation *find_operation(uint16_t code) {
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (operations[i].code == code) return &operations[i];
    return NULL;
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory) abort();
    return memory;
}

static char *read_copy(struct reader *r, size_t *length) {
    const unsigned char *bytes = read_bytes(r, length);
    char *copy = allocate(*length + 1, 1);
    if (bytes) memcpy(copy, bytes, *length);
    return copy;
}

static void read_list(struct reader *r, struct argument *argument) {
    size_t count = read_u32(r);
    if (count > MAX_LIST) r->bad = true;
    if (r->bad) return;
    argument->list = allocate(count + 1, sizeof(char *));
    for (size_t i = 0; i < count; i++) {
        size_t length;
        argument->list[i] = read_copy(r, &length);
        if (memchr(argument->list[i], 0, length)) r->bad = true;
    }
    argument->length = count;
}

static void read_argument(struct reader *r, char kind, struct argument *argument) {
    switch (kind) {
        case 'i':
            argument->number = read_u64(r);
            break;
        case 'v':
            read_list(r, argument);
            break;
        default:
            argument->bytes = read_copy(r, &argument->length);
            if (kind == 's' && memchr(argument->bytes, 0, argument->length)) r->bad = true;
    }
}

static void read_instruction(struct reader *r, struct instruction *instruction) {
    instruction->operation = find_operation(read_u16(r));
    instruction->ignore = read_u16(r);
    size_t label_length;
    read_bytes(r, &label_length); /* for people: only the planner prints it */
    if (!instruction->operation) r->bad = true;
    for (size_t i = 0; !r->bad && instruction->operation->arguments[i]; i++)
        read_argument(r, instruction->operation->arguments[i], &instruction->arguments[i]);
}

bool decode_program(const unsigned char *bytes, size_t length, struct program *program) {
    struct reader r = {bytes, length, false};
    bool ours = read_u32(&r) == PROGRAM_MAGIC;
    uint32_t version = read_u32(&r);
    if (!ours || (version != PROGRAM_VERSION && version != PROGRAM_VERSION_1)) return false;
    for (size_t s = 0; s < (version == PROGRAM_VERSION ? SECTIONS : SECTION_WATCH); s++) {
        struct instructions *section = &program->sections[s];
        section->count = read_u32(&r);
        if (section->count > MAX_INSTRUCTIONS || r.bad) return false;
        section->list = allocate(section->count, sizeof *section->list);
        for (size_t i = 0; i < section->count && !r.bad; i++)
            read_instruction(&r, &section->list[i]);
    }
    return !r.bad && r.left == 0;
}

static bool ignored(const struct instruction *instruction, int error) {
    if (instruction->ignore & (IGNORE_ALL | IGNORE_WARN)) return true;
    if ((instruction->ignore & IGNORE_EXISTS) && error == EEXIST) return true;
    return (instruction->ignore & IGNORE_MISSING) && (error == ENOENT || error == ENOTDIR);
}

static int run(struct context *context, const struct instruction *instruction) {
    context->detail[0] = 0;
    int error = -instruction->operation->run(context, instruction->arguments);
    if (error && instruction->ignore & IGNORE_WARN)
        fprintf(stderr, "warning: %s: %s\n", instruction->operation->name,
                context->detail[0] ? context->detail : strerror(error));
    return error && ignored(instruction, error) ? 0 : error;
}

static struct failure failure_at(const struct context *context, int error, enum section section, size_t index) {
    struct failure failure = {.error = error, .section = section, .index = (uint32_t)index};
    memcpy(failure.detail, context->detail, sizeof failure.detail);
    return failure;
}

struct failure run_section(struct context *context, const struct program *program,
                           enum section section) {
    const struct instructions *instructions = &program->sections[section];
    for (size_t i = 0; i < instructions->count; i++) {
        int error = run(context, &instructions->list[i]);
        if (error) return failure_at(context, error, section, i);
    }
    /* The last instruction may have something to tell. */
    return failure_at(context, 0, SECTION_MONITOR, 0);
}

static struct failure tear_down(struct context *context, const struct program *program, bool forget) {
    const struct instructions *instructions = &program->sections[SECTION_TEARDOWN];
    struct failure first = {0};
    for (size_t i = 0; i < instructions->count; i++) {
        /* The last step forgets the container. As long as anything is left of it, it is not forgotten. */
        if ((first.error || !forget) && i + 1 == instructions->count) break;
        int error = run(context, &instructions->list[i]);
        if (error && !first.error)
            first = failure_at(context, error, SECTION_TEARDOWN, i);
    }
    return first;
}

struct failure run_teardown(struct context *context, const struct program *program) {
    return tear_down(context, program, true);
}

struct failure run_teardown_between(struct context *context, const struct program *program) {
    return tear_down(context, program, false);
}
