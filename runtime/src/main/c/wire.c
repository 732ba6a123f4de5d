#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const unsigned char *take(struct reader *r, size_t length) {
    if (r->bad || length > r->left) {
        r->bad = true;
        return NULL;
    }
    const unsigned char *taken = r->at;
    r->at += length;
    r->left -= length;
    return taken;
}

static uint64_t read_number(struct reader *r, size_t width) {
    const unsigned char *bytes = take(r, width);
    uint64_t value = 0;
    for (size_t i = 0; bytes && i < width; i++) value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

uint8_t read_u8(struct reader *r) { return (uint8_t)read_number(r, 1); }
uint16_t read_u16(struct reader *r) { return (uint16_t)read_number(r, 2); }
uint32_t read_u32(struct reader *r) { return (uint32_t)read_number(r, 4); }
uint64_t read_u64(struct reader *r) { return read_number(r, 8); }

const unsigned char *read_bytes(struct reader *r, size_t *length) {
    *length = read_u32(r);
    const unsigned char *bytes = take(r, *length);
    if (!bytes) *length = 0;
    return bytes;
}

static void append(struct writer *w, const void *bytes, size_t length) {
    if (w->length + length > w->capacity) {
        w->capacity = (w->length + length) * 2;
        w->bytes = realloc(w->bytes, w->capacity);
        if (!w->bytes) abort();
    }
    if (length) memcpy(w->bytes + w->length, bytes, length);
    w->length += length;
}

static void write_number(struct writer *w, uint64_t value, size_t width) {
    unsigned char bytes[8];
    for (size_t i = 0; i < width; i++) bytes[i] = (unsigned char)(value >> (8 * i));
    append(w, bytes, width);
}

void write_u8(struct writer *w, uint8_t value) { write_number(w, value, 1); }
void write_u32(struct writer *w, uint32_t value) { write_number(w, value, 4); }
void write_u64(struct writer *w, uint64_t value) { write_number(w, value, 8); }

void write_bytes(struct writer *w, const void *bytes, size_t length) {
    write_u32(w, (uint32_t)length);
    append(w, bytes, length);
}

void write_string(struct writer *w, const char *string) { write_bytes(w, string, strlen(string)); }

int write_all(int fd, const void *bytes, size_t length) {
    const unsigned char *at = bytes;
    while (length > 0) {
        ssize_t written = write(fd, at, length);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return -errno;
        at += written;
        length -= (size_t)written;
    }
    return 0;
}

static int read_all(int fd, void *bytes, size_t length) {
    unsigned char *at = bytes;
    while (length > 0) {
        ssize_t got = read(fd, at, length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno == ECONNRESET ? -EPIPE : -errno;
        if (got == 0) return -EPIPE;
        at += got;
        length -= (size_t)got;
    }
    return 0;
}

/* Without SIGPIPE: that the other side is gone is for the caller to report. */
static int send_all(int socket, const unsigned char *at, size_t length) {
    while (length > 0) {
        ssize_t sent = send(socket, at, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return -errno;
        at += sent;
        length -= (size_t)sent;
    }
    return 0;
}

int send_frame(int fd, uint8_t kind, const void *payload, size_t length) {
    if (length > WIRE_MAX_BYTES) return -EMSGSIZE;
    struct writer w = {0};
    write_u32(&w, (uint32_t)length);
    write_u8(&w, kind);
    append(&w, payload, length);
    int error = send_all(fd, w.bytes, w.length);
    free(w.bytes);
    return error;
}

int receive_frame(int fd, struct frame *frame) {
    unsigned char header[5];
    int error = read_all(fd, header, sizeof header);
    if (error) return error;
    struct reader r = {header, sizeof header, false};
    frame->length = read_u32(&r);
    frame->kind = read_u8(&r);
    if (frame->length > WIRE_MAX_BYTES) return -EMSGSIZE;
    frame->payload = malloc(frame->length + 1);
    if (!frame->payload) return -ENOMEM;
    error = read_all(fd, frame->payload, frame->length);
    if (error) free(frame->payload);
    return error;
}
