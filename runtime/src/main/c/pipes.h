/* The standard streams that a container's process is made with. */
#ifndef NSBOX_PIPES_H
#define NSBOX_PIPES_H

#include <stdint.h>

struct watch;

/* [0] is read, [1] is written; -1 where there is nothing to be had. */
struct streams {
    int in[2], out[2], err[2];
};

/* As the SPAWN_ flags ask for. Where a watch has a directory, pipes have names there: who starts anew
 * beside the container opens them again. 0 or -errno. */
int open_streams(struct streams *streams, uint64_t flags, const struct watch *watch);

/* By init: makes its ends descriptors 0 to 2. 0 or -errno. */
int take_streams(const struct streams *streams);

void close_pair_end(int fd);

#endif
