/* Bytes between the planner (Java) and this program: little-endian, every length checked. */
#ifndef NSBOX_WIRE_H
#define NSBOX_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A frame or a program above this is refused before memory is taken for it. */
#define WIRE_MAX_BYTES (16u << 20)

/* Reads values from a byte range. After the first value that does not fit, `bad` stays true and
 * every further value is zero or empty, so a caller may check once at the end. */
struct reader {
    const unsigned char *at;
    size_t left;
    bool bad;
};

uint8_t read_u8(struct reader *r);
uint16_t read_u16(struct reader *r);
uint32_t read_u32(struct reader *r);
uint64_t read_u64(struct reader *r);
const unsigned char *read_bytes(struct reader *r, size_t *length);

/* Collects values; ends the process when memory runs out, for nothing can be reported without it. */
struct writer {
    unsigned char *bytes;
    size_t length;
    size_t capacity;
};

void write_u8(struct writer *w, uint8_t value);
void write_u32(struct writer *w, uint32_t value);
void write_u64(struct writer *w, uint64_t value);
void write_bytes(struct writer *w, const void *bytes, size_t length);
void write_string(struct writer *w, const char *string);

/* Kinds of frames; PROTOCOL.md draws who sends which when. */
enum frame_kind {
    FRAME_STDOUT = 1,
    FRAME_STDERR = 2,
    FRAME_READ_STDIN = 3,
    FRAME_RUN = 4,
    FRAME_LAUNCH = 5,
    FRAME_EXIT = 6,
    FRAME_GO_ON = 7,
    FRAME_ATTACH = 8,
    FRAME_ADOPT = 9,
    FRAME_TEAR_DOWN = 10,
    FRAME_RESUME = 11,
    FRAME_GATHER = 12,
    FRAME_INVOCATION = 16,
    FRAME_OUTCOME = 17,
    FRAME_STDIN = 18,
    FRAME_PROCESS = 19,
    FRAME_GATHERED = 20,
};

struct frame {
    uint8_t kind;
    unsigned char *payload;
    size_t length;
};

/* Both return 0, or -errno; receive_frame gives -EPIPE when the other side is gone. The payload is
 * the caller's to free. */
int send_frame(int fd, uint8_t kind, const void *payload, size_t length);
int receive_frame(int fd, struct frame *frame);

/* Writes all of it; returns 0 or -errno. */
int write_all(int fd, const void *bytes, size_t length);

#endif
