/* HOME of a process whose environment has none: from the container's /etc/passwd, by user id.
 *
 * The file is whatever the container holds. What is no plain file, too long or not to be had says
 * nothing: the home is "/" then, and nobody waits. */
#include <fcntl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mounts.h"

#define MAX_FILE (1 << 20)
#define MAX_LINE 8192

/* name:password:uid:gid:comment:home:shell. Gives the home if the line is the user's, else NULL. */
static const char *home_in(char *line, uint64_t uid) {
    char *fields[7] = {line};
    for (size_t i = 1; i < 7; i++) {
        char *colon = strchr(fields[i - 1], ':');
        if (!colon) return NULL;
        *colon = 0;
        fields[i] = colon + 1;
    }
    if (*fields[2] < '0' || *fields[2] > '9') return NULL;
    char *end;
    uint64_t found = strtoull(fields[2], &end, 10);
    return *end || found != uid ? NULL : fields[5];
}

/* Looks at line after line; true once there is no more to see, with what was found in `home`. */
static bool next_line(FILE *file, uint64_t uid, char *home) {
    char line[MAX_LINE];
    if (!fgets(line, sizeof line, file)) return true;
    size_t length = strlen(line);
    if (length == sizeof line - 1 && line[length - 1] != '\n') return true;
    if (length > 0 && line[length - 1] == '\n') line[length - 1] = 0;
    const char *found = home_in(line, uid);
    if (found) strcpy(home, found);
    return found || ftell(file) >= MAX_FILE;
}

int op_home(struct context *context, const struct argument *argument) {
    char home[MAX_LINE] = "";
    int fd = open_at(context, "/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    bool plain = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= MAX_FILE;
    FILE *file = plain ? fdopen(fd, "r") : NULL;
    while (file && !next_line(file, argument[0].number, home)) continue;
    if (file) fclose(file);
    else if (fd >= 0) close(fd);
    if (!*home) strcpy(home, "/");
    return asprintf(&context->home, "HOME=%s", home) < 0 ? -ENOMEM : 0;
}
