/* How far the log has come, written down where it outlives us.
 *
 * What a container writes into a FIFO is copied from there, logged, and only then taken out. So a monitor
 * that is killed in between loses nothing; and whoever takes the container over sees here what the log has
 * already, and takes just that out. */
#ifndef NSBOX_PROGRESS_H
#define NSBOX_PROGRESS_H

#include <stdint.h>
#include <sys/types.h>

#include "log.h"

/* The last write to the log of one stream. */
struct progress {
    uint64_t file;         /* inode number of the log */
    uint64_t before, after; /* the log's size */
    uint64_t length, hash; /* of the bytes that were logged */
};

/* Maps the file `progress` of a directory: one entry for each of the two streams. 0 or -errno. */
int progress_open(struct progress **entries, const char *directory);

/* Copies what waits in a FIFO and leaves it there: how much, 0 at the end, or -1 with errno. */
ssize_t progress_copy(const int pipe[2], int from, char *buffer, size_t length);

/* Before what was copied is logged. */
void progress_mark(struct progress *progress, const struct log *log, size_t record_length, const char *bytes,
                   size_t length);

/* Takes out what has been logged. */
void progress_take(struct progress *progress, int from, int null, size_t length);

/* For a monitor before us: the last write is either undone or done with. */
void progress_settle(struct progress *progress, struct log *log, const int pipe[2], int null, int from);

#endif
