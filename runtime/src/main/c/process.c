/* Instructions on the process itself, up to execve. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mounts.h"
#include "status.h"

int op_set_hostname(struct context *context, const struct argument *argument) {
    (void)context;
    return sethostname(argument[0].bytes, argument[0].length) < 0 ? -errno : 0;
}

int op_set_domainname(struct context *context, const struct argument *argument) {
    (void)context;
    return setdomainname(argument[0].bytes, argument[0].length) < 0 ? -errno : 0;
}

/* Shows the terminal as /dev/console by its descriptor, not by its name under /dev/pts, which
 * could have been replaced meanwhile (CVE-2025-52565). */
static int bind_console(struct context *context, int terminal) {
    int directory = open_at(context, "/dev", O_PATH | O_DIRECTORY);
    if (directory < 0) return directory;
    int created = openat(directory, "console", O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int error = created < 0 && errno != EEXIST ? -errno : 0;
    if (created >= 0) close(created);
    int target = openat(directory, "console", O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (!error && target < 0) error = -errno;
    int mount = error ? -1 : clone_mount(terminal, "", false);
    if (!error) error = mount < 0 ? mount : attach_mount(mount, target);
    if (mount >= 0) close(mount);
    if (target >= 0) close(target);
    close(directory);
    return error;
}

int op_terminal(struct context *context, const struct argument *argument) {
    int master = open_at(context, "/dev/pts/ptmx", O_RDWR | O_NOCTTY);
    if (master < 0) return master;
    int unlocked = 0;
    struct winsize size = {.ws_row = (unsigned short)argument[0].number,
                           .ws_col = (unsigned short)argument[1].number};
    int terminal = -1, error = 0;
    if (ioctl(master, TIOCSPTLCK, &unlocked) < 0 || ioctl(master, TIOCSWINSZ, &size) < 0 ||
        (terminal = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0 ||
        fchown(terminal, (uid_t)argument[2].number, (gid_t)-1) < 0)
        error = -errno;
    if (!error && argument[3].number) error = bind_console(context, terminal);
    if (!error && (ioctl(terminal, TIOCSCTTY, 0) < 0 || dup2(terminal, 0) < 0 || dup2(terminal, 1) < 0 ||
                   dup2(terminal, 2) < 0))
        error = -errno;
    if (!error) error = send_message(context->status_fd, &(struct message){.kind = MESSAGE_TERMINAL}, master);
    if (terminal >= 0) close(terminal);
    close(master);
    return error;
}

/* The /dev/null of the container in place of the host's, once it is known to be the real one. What else a
 * volume may have put there, such as a FIFO that nobody writes to, must not hold us up. */
static int take_null(struct context *context, int mode, int last) {
    int fd = open_at(context, "/dev/null", mode | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) return fd;
    int error = is_null_device(fd) ? 0 : -ENODEV;
    if (!error && fcntl(fd, F_SETFL, 0) < 0) error = -errno;
    for (int stream = 0; !error && stream <= last; stream++)
        if (dup2(fd, stream) < 0) error = -errno;
    close(fd);
    return error;
}

int op_null_input(struct context *context, const struct argument *argument) {
    (void)argument;
    return take_null(context, O_RDONLY, 0);
}

int op_null_streams(struct context *context, const struct argument *argument) {
    (void)argument;
    return take_null(context, O_RDWR, 2);
}

/* So that a user of the container can open /dev/stdout again. Only pipes: they are ours. */
int op_chown_stdio(struct context *context, const struct argument *argument) {
    (void)context;
    for (int fd = 0; fd <= 2; fd++) {
        struct stat status;
        if (fstat(fd, &status) < 0) return -errno;
        if (!S_ISFIFO(status.st_mode)) continue;
        if (fchown(fd, (uid_t)argument[0].number, (gid_t)argument[1].number) < 0) return -errno;
    }
    return 0;
}

int op_session_keyring(struct context *context, const struct argument *argument) {
    (void)context;
    return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, argument[0].bytes) < 0 ? -errno : 0;
}

int op_rlimit(struct context *context, const struct argument *argument) {
    (void)context;
    struct rlimit limit = {argument[1].number, argument[2].number};
    return setrlimit((int)argument[0].number, &limit) < 0 ? -errno : 0;
}

int op_no_new_privileges(struct context *context, const struct argument *argument) {
    (void)context;
    (void)argument;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int op_umask(struct context *context, const struct argument *argument) {
    (void)context;
    umask((mode_t)argument[0].number);
    return 0;
}

int op_seccomp(struct context *context, const struct argument *argument) {
    (void)context;
    struct sock_fprog filter = {.len = (unsigned short)(argument[1].length / sizeof(struct sock_filter)),
                                .filter = (struct sock_filter *)(void *)argument[1].bytes};
    int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, (unsigned)argument[0].number, &filter);
    if (listener < 0) return -errno;
    if (!(argument[0].number & SECCOMP_FILTER_FLAG_NEW_LISTENER)) return 0;
    /* Nobody answers yet to what the filter asks about; so this is one call, and the planner has seen
     * to it that it is not asked about. */
    int error = send_message(context->status_fd, &(struct message){.kind = MESSAGE_LISTENER}, listener);
    close(listener);
    return error;
}

int op_bounding_set(struct context *context, const struct argument *argument) {
    (void)context;
    for (int capability = 0; capability < 64; capability++) {
        if (argument[0].number >> capability & 1) continue;
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) continue;
        return errno == EINVAL ? 0 : -errno; /* EINVAL: above the last one this kernel knows */
    }
    return 0;
}

int op_identity(struct context *context, const struct argument *argument) {
    size_t count = argument[2].length / sizeof(uint32_t);
    gid_t *groups = calloc(count + 1, sizeof(gid_t));
    if (!groups) return -ENOMEM;
    memcpy(groups, argument[2].bytes, count * sizeof(uint32_t));
    uid_t uid = (uid_t)argument[0].number;
    gid_t gid = (gid_t)argument[1].number;
    int error = 0;
    /* The raw calls: one thread is all we are. Capabilities stay for `capabilities` to set. */
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ||
        (!(context->keeps_groups && count == 0) && syscall(SYS_setgroups, count, groups) < 0) ||
        syscall(SYS_setresgid, gid, gid, gid) < 0 || syscall(SYS_setresuid, uid, uid, uid) < 0 ||
        prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
        error = -errno;
    free(groups);
    return error;
}

int op_capabilities(struct context *context, const struct argument *argument) {
    (void)context;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    for (int half = 0; half < 2; half++) {
        data[half].effective = (uint32_t)(argument[0].number >> (32 * half));
        data[half].permitted = (uint32_t)(argument[1].number >> (32 * half));
        data[half].inheritable = (uint32_t)(argument[2].number >> (32 * half));
    }
    return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int op_ambient_set(struct context *context, const struct argument *argument) {
    (void)context;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) return -errno;
    for (int capability = 0; capability < 64; capability++)
        if ((argument[0].number >> capability & 1) &&
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0)
            return -errno;
    return 0;
}

/* Also refuses a directory that is outside of the root, as an inherited descriptor could offer one
 * under /proc/self/fd (CVE-2024-21626). */
int op_chdir(struct context *context, const struct argument *argument) {
    (void)context;
    if (chdir(argument[0].bytes) < 0) return -errno;
    char directory[4096];
    if (syscall(SYS_getcwd, directory, sizeof directory) < 0) return -errno;
    return directory[0] == '/' ? 0 : -EXDEV;
}

/* Something to do with a program: gives 0, or -errno where it cannot be done. */
typedef int attempt(const char *path, char **arguments, char **environment);

static int execute(const char *path, char **arguments, char **environment) {
    execve(path, arguments, environment);
    return -errno;
}

static int check(const char *path, char **arguments, char **environment) {
    (void)arguments;
    (void)environment;
    struct stat status;
    if (stat(path, &status) < 0) return -errno;
    if (S_ISDIR(status.st_mode)) return -EISDIR;
    return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

/* A name without a slash is tried in each directory of the search path; what was found but may not run,
 * as a directory may not, counts more than what was not found. */
static int search(const char *name, const char *path, attempt *try, char **arguments, char **environment) {
    if (strchr(name, '/')) return try(name, arguments, environment);
    int answer = -ENOENT;
    char candidate[4096 + 256];
    while (*path) {
        size_t length = strcspn(path, ":");
        if (length + strlen(name) + 2 <= sizeof candidate) {
            memcpy(candidate, path, length);
            candidate[length] = '/';
            /* An empty entry is the working directory. */
            strcpy(length ? candidate + length + 1 : candidate, name);
            int error = try(candidate, arguments, environment);
            if (error == -EACCES || error == -EISDIR)
                answer = -EACCES;
            else if (error != -ENOENT && error != -ENOTDIR)
                return error;
        }
        path += length + (path[length] == ':');
    }
    return answer;
}

/* Whether there is a program to run, before anybody is told that the container is made. */
int op_find_program(struct context *context, const struct argument *argument) {
    (void)context;
    return search(argument[0].bytes, argument[1].bytes, check, NULL, NULL);
}

/* The descriptors from 3 on are meant for the process with this pid, see sd_listen_fds(3). Which one it
 * has in the container nobody else knows. */
int op_listen_pid(struct context *context, const struct argument *argument) {
    (void)argument;
    return asprintf(&context->listen_pid, "LISTEN_PID=%d", getpid()) < 0 ? -ENOMEM : 0;
}

/* Puts an assignment, unless it is NULL, in the place of the empty one. */
static void fill_in(char **environment, const char *empty, char *assignment) {
    for (; assignment && *environment; environment++)
        if (!strcmp(*environment, empty)) *environment = assignment;
}

int op_execute(struct context *context, const struct argument *argument) {
    char **arguments = argument[0].list, **environment = argument[1].list;
    if (!arguments[0] || !*arguments[0]) return -ENOENT;
    /* All that is still open closes with execve: also what a caller left open by accident. */
    unsigned first = 3u + (unsigned)argument[3].number;
    if (syscall(SYS_close_range, first, ~0u, CLOSE_RANGE_CLOEXEC) < 0) return -errno;
    fill_in(environment, "HOME=", context->home);
    fill_in(environment, "LISTEN_PID=", context->listen_pid);
    return search(arguments[0], argument[2].bytes, execute, arguments, environment);
}
