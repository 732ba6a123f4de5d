/* What a process has from its caller: its name, and open files. */
#include "inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

bool is_runtime(char *const *words) {
    const char *name = words[0] ? strrchr(words[0], '/') : NULL;
    name = name ? name + 1 : words[0];
    return name && !strcmp(name, "nsbox-runtime");
}

/* Whatever a caller closed would otherwise become a socket of ours or a file of the container's, and
 * children of one who ignores SIGCHLD vanish with their exit codes. */
void mend_inheritance(void) {
    int fd;
    do fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= 2);
    if (fd < 0) _exit(EXIT_NSBOX);
    close(fd);
    signal(SIGCHLD, SIG_DFL);
}

/* Descriptors that whoever activated us by systemd's protocol passes on, see sd_listen_fds(3). */
static unsigned listening_descriptors(void) {
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    return pid && count && strtol(pid, NULL, 10) == getpid() ? (unsigned)strtoul(count, NULL, 10) : 0;
}

/* What the option --preserve-fds says. It is read here, for who decides over it in earnest has not
 * even started, and what is closed by then cannot be had back. */
static unsigned preserved_descriptors(char *const *words) {
    static const char option[] = "--preserve-fds";
    const char *value = NULL;
    for (; *words && strcmp(*words, "--"); words++) {
        if (strncmp(*words, option, sizeof option - 1)) continue;
        if ((*words)[sizeof option - 1] == '=') value = *words + sizeof option;
        else if (!(*words)[sizeof option - 1]) value = words[1];
    }
    return value ? (unsigned)strtoul(value, NULL, 10) : 0;
}

/* `nsbox` has the option only with some commands, and the word may be a container's: what is open stays,
 * and the planner knows what was meant. */
static unsigned open_descriptors(unsigned wanted) {
    unsigned count = 0;
    while (count < wanted && count < 1024 && fcntl(3 + (int)count, F_GETFD) >= 0) count++;
    return count;
}

/* All but these close with the next execve. Gives how many stay. */
unsigned keep_descriptors(char *const *words) {
    unsigned preserved = preserved_descriptors(words);
    unsigned kept = is_runtime(words) ? listening_descriptors() + preserved : open_descriptors(preserved);
    for (unsigned fd = 3; fd < 3 + kept; fd++)
        if (kept > 1024 || fcntl((int)fd, F_GETFD) < 0) {
            fprintf(stderr, "nsbox-runtime: descriptor %u is to be preserved, but it is not open\n", fd);
            exit(1);
        }
    if (syscall(SYS_close_range, 3u + kept, ~0u, CLOSE_RANGE_CLOEXEC) < 0) {
        fprintf(stderr, "nsbox: cannot keep my files to myself: %s\n", strerror(errno));
        exit(EXIT_NSBOX);
    }
    return kept;
}
