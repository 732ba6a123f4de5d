/* What instructions do. Each returns 0 or -errno, taken at the call that failed. */
#ifndef NSBOX_OPERATIONS_H
#define NSBOX_OPERATIONS_H

#include "program.h"

struct operation {
    uint16_t code;
    const char *name;
    int (*run)(struct context *, const struct argument *);
    const char *arguments;
};

/* How `spawn` treats the container's standard streams. */
enum {
    SPAWN_STDIN = 1,    /* keep its standard input open, fed from ours where we are attached */
    SPAWN_TERMINAL = 2, /* the program will make a terminal, or needs no streams: no pipes */
    SPAWN_OURS = 4,     /* no pipes: the container gets the streams that we have */
};

/* How `bind_at` treats its source and what is mounted below it. */
enum {
    BIND_BELOW = 1,            /* it comes along */
    BIND_ATTRIBUTES_BELOW = 2, /* the attributes are for it, too */
    BIND_NO_FOLLOW = 4,        /* a source that is a link is bound itself */
};

/* When `netfilter` sends its requests. */
enum {
    FILTER_ALWAYS = 0,
    FILTER_UNLESS_THERE = 1, /* not where they were met, and the table has not been changed since */
    FILTER_REPAIR = 2,       /* always; the table is as it should be then */
    FILTER_TAKE_OUT = 3,     /* always; what is not there is gone already */
};

/* The container's process as its monitor knows it. */
struct container {
    pid_t pid;
    int pidfd;
    int status_fd;             /* our end of the channel that closes at execve */
    int stdin_fd;              /* write end, or -1 */
    int stdout_fd, stderr_fd;  /* read ends, or -1 */
    int terminal_fd;           /* master of its terminal, or -1 */
    int terminal_peer_fd;      /* keeps the terminal alive while the container has it closed, or -1 */
    bool input;                /* what the user types is for the container */
    bool exited;
    int wait_status;           /* as of waitpid(2); valid once exited */
    bool up;                   /* it came up: what is recorded of its end is the end of something */
    bool wanted_memory;        /* the kernel killed for it; valid once its end is recorded */
};

/* Different mappings of ids in one launch: the container's, and those of single mounts. */
#define MAX_MAPPINGS 64

/* Mounts that are made before the container's process leaves the host's user namespace. */
#define MAX_PREPARED 256

struct watch;

/* What instructions share. One process, one context: the container's process has its own copy. */
struct context {
    const struct program *program;
    struct container container;
    struct watch *watch;         /* of a monitor, else NULL */
    struct failure init_failure; /* what stopped the container's process before execve */
    bool starts_again;           /* the teardown that runs is not the last one */
    bool nothing_ran;            /* this launch failed before there was a process */
    int root_fd;                 /* O_PATH of the new root; -1 before enter_root */
    int status_fd;               /* the container's process: its end of the channel, else -1 */
    int mappings[MAX_MAPPINGS];  /* user namespaces that nobody lives in */
    size_t mapping_count;
    int prepared[MAX_PREPARED];  /* mounts without a place */
    size_t prepared_count;
    int start_fd;                /* both ends of the FIFO that `start` writes to, or -1 */
    int console_fd;              /* socket of who gets the terminal, or -1 */
    int listener_fd;             /* of the seccomp filter, or -1 */
    char *home;                  /* "HOME=..." in place of an empty one, or NULL */
    char *listen_pid;            /* "LISTEN_PID=..." likewise */
    bool keeps_groups;           /* the user namespace forbids to change them, also to fewer */
    char exec_id[65];            /* of a further process, once it is told of; else empty */
    int joined_fd;               /* the first process of the container that a further one is for, or -1 */
    int planner_fd;              /* socket of the planner that waits for this launch, or -1 */
    char detail[DETAIL_BYTES];   /* of the instruction that runs */
};

void context_init(struct context *context, const struct program *program);

/* Lets go of a container that has ended; what watches over it stays. */
void context_close(struct context *context);

#define OP(code, name, function, arguments) \
    int function(struct context *context, const struct argument *argument);
#include "opcodes.def"
#undef OP

/* Lets go of the mappings; whoever was forked before still has them. */
void close_mappings(struct context *context);

/* The start time of a process in clock ticks since boot (proc(5), stat field 22), which together
 * with the pid names a process for good; 0 if there is none. */
uint64_t start_time(pid_t pid);

/* A descriptor for a process that is still the one that was meant, or -errno. */
int open_process(uint64_t pid, uint64_t started);

/* Whether it has, though nobody may have reaped it yet. */
bool has_ended(int pidfd);

/* The same for the process that a file of `record_process` names; -ESRCH where there is no such file. */
int open_recorded(const char *path);

#endif
