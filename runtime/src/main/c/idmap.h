/* What other instructions need of maps of ids and of processes. */
#ifndef NSBOX_IDMAP_H
#define NSBOX_IDMAP_H

#include <sys/types.h>

/* Writes a file such as uid_map below /proc/PID. 0 or -errno. */
int write_map(pid_t pid, const char *file, const char *map);

#endif
