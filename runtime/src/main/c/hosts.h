/* The hosts file of a container. */
#ifndef NSBOX_HOSTS_H
#define NSBOX_HOSTS_H

#include <stddef.h>

struct hosts {
    int folder; /* locked: of ours, nobody else changes the file meanwhile; or -1 */
    int fd;     /* or -1: the container has none, or one that is not ours to change */
    char *text; /* as it is now */
    size_t length;
};

/* The file in the folder of a container. Closed by hosts_close, also after an error. */
int hosts_open(struct hosts *hosts, const char *folder);
void hosts_close(struct hosts *hosts);

/* Each of these lines is there once. */
int hosts_add(struct hosts *hosts, const char *lines);
/* None of these lines is there. */
int hosts_strike(struct hosts *hosts, const char *lines);
/* What stands behind this line goes. Where the line is gone, it is put at the end. */
int hosts_cut(struct hosts *hosts, const char *line);

#endif
