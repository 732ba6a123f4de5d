/* What other instructions need of maps of ids and of processes. */
#ifndef NSBOX_IDMAP_H
#define NSBOX_IDMAP_H

#include "operations.h"

/* Writes a file such as uid_map below /proc/PID. 0 or -errno. */
int write_map(pid_t pid, const char *file, const char *map);

/* Shifts the ids that a mount shows by the id_mapping with this number. EINVAL says that the file system
 * cannot do that, but so many other things, too, that it is reported by a name of its own, EOPNOTSUPP. */
int map_mount(const struct context *context, int mount, uint64_t number, bool recursive);

#endif
