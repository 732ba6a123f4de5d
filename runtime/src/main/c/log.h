/* The container's log: a file of whole records, in one of two formats.
 *
 *   json-file  {"log":"a line\n","stream":"stdout","time":"2026-01-02T15:04:05.000000000Z"}
 *   k8s-file   2026-01-02T15:04:05.000000000Z stdout F a line
 *
 * Where the user has named attributes, {…,"attrs":{…},"time":…} as docker has it. A part of a line has no \n in its record, or P for F. It is written as soon as it is there. What was
 * taken from the container is written by one write(2), appended, so readers always see whole records. */
#ifndef NSBOX_LOG_H
#define NSBOX_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A longer line is logged in parts. */
#define LOG_PIECE_BYTES 16384

/* The longest record: every byte of a piece as \u00XX. */
#define LOG_RECORD_BYTES (6 * LOG_PIECE_BYTES + 128 + LOG_ATTRIBUTE_BYTES)

/* The longest `attrs` of a record, as JSON. */
#define LOG_ATTRIBUTE_BYTES 4096

struct progress;

struct log {
    const char *path; /* NULL: there is none */
    bool json;
    const char *attributes; /* an object of JSON for each record, or NULL */
    uint64_t limit;   /* bytes above which a new file is begun, or 0 */
    unsigned files;   /* how many there may be: PATH, PATH.1 and so on, the last one the oldest */
    int fd;           /* -1 while there is no room for the file itself */
    uint64_t size;
    char *scratch;    /* where records are made, while more and more comes */
    size_t scratch_bytes;
};

/* One of the container's two streams. */
struct log_stream {
    struct log *log;
    const char *name; /* stdout or stderr */
    char held[3];     /* the beginning of a character whose rest has not been read yet */
    size_t held_length;
    struct progress *progress; /* how far the log has come, or NULL */
    int source;       /* with it: the FIFO in which what is to be logged waits still */
    int null;         /* with it: /dev/null, where it goes */
    size_t taken;     /* how much of that was taken out before: what was held */
};

/* Opens it, and drops the end of a record that a killed writer left. 0 or -errno. */
int log_open(struct log *log);

/* Where the disk is full, what cannot be written is dropped, and the container goes on. */
void log_append(struct log_stream *stream, const char *bytes, size_t length);

/* While nothing comes: a monitor mostly waits, and there are many. */
void log_rest(struct log *log);

/* Once nothing more comes. */
void log_finish(struct log_stream *stream);

/* log_record.c: makes one record, gives its length. `piece` is at most LOG_PIECE_BYTES; `ended` says
 * that a newline followed it. */
size_t log_record(char *record, const struct log_stream *stream, const char *time, const char *piece,
                  size_t length, bool ended);

/* log_record.c: writes text as it stands in a string of JSON, which takes at most six bytes for each of its
 * own. Gives the end. */
char *log_string(char *to, const char *text, size_t length);

/* How many bytes at the end of `bytes`, at most three, are the beginning of a character of UTF-8. */
size_t log_unfinished(const char *bytes, size_t length);

#endif
