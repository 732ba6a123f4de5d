#ifndef NSBOX_RECORDS_H
#define NSBOX_RECORDS_H

#include <sys/types.h>

/* A file's whole content, or what it had before: readers look while we write. 0 or -errno. */
int record_text(const char *path, const char *text, mode_t mode);

/* "PID START-TIME". */
int record_identity(const char *path, pid_t pid);

/* The first number of such a file, or 0. */
pid_t recorded_pid(const char *path);

/* As a shell has it: the process's own, or 128 plus the signal that ended it. */
int exit_code(int wait_status);

#endif
