/* Instructions on namespaces: new ones that need help from outside, and those of others. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "idmap.h"
#include "mounts.h"
#include "status.h"

/* By a process on the way to init, never back in it. */
static _Noreturn void leave(struct context *context, pid_t pid, int pidfd) {
    struct message message = {.kind = MESSAGE_PROCESS, .number = (uint32_t)pid};
    if (pid < 0) {
        message.kind = MESSAGE_FAILURE;
        message.failure = (struct failure){.error = errno, .section = SECTION_INIT};
    }
    send_message(context->status_fd, &message, pidfd);
    _exit(0);
}

/* The child is the monitor's, so that nobody stands between the two, and it waits: what it needs done
 * from outside, such as its maps of ids, is done before it takes another step. */
int op_go_on_in_child(struct context *context, const struct argument *argument) {
    int pidfd = -1;
    struct clone_args clone = {.flags = argument[0].number | CLONE_PARENT | CLONE_PIDFD,
                               .pidfd = (uint64_t)(uintptr_t)&pidfd};
    pid_t pid = (pid_t)syscall(SYS_clone3, &clone, sizeof clone);
    if (pid < 0) return -errno;
    if (pid > 0) leave(context, pid, pidfd);
    setsid(); /* only the leader of a session can take a terminal */
    return await_go_on(context);
}

int op_sync(struct context *context, const struct argument *argument) {
    struct message message = {.kind = MESSAGE_SYNC, .number = (uint32_t)argument[0].number};
    return wait_for_monitor(context, &message, -1);
}

/* By the monitor: the ids of the user namespace that the container's process has just entered. */
int op_map_process(struct context *context, const struct argument *argument) {
    pid_t pid = context->container.pid;
    int error = argument[2].number ? write_map(pid, "setgroups", "deny") : 0;
    if (!error && argument[0].length > 0) error = write_map(pid, "uid_map", argument[0].bytes);
    if (!error && argument[1].length > 0) error = write_map(pid, "gid_map", argument[1].bytes);
    return error;
}

/* The same for who is not root, by a program that has the right to it and looks up what root has granted:
 * newuidmap(1), newgidmap(1). */
int op_map_process_by(struct context *context, const struct argument *argument) {
    size_t count = argument[1].length;
    char **arguments = calloc(count + 3, sizeof *arguments);
    if (!arguments) return -ENOMEM;
    char pid[16], *nothing[] = {NULL};
    snprintf(pid, sizeof pid, "%d", context->container.pid);
    arguments[0] = argument[0].bytes;
    arguments[1] = pid;
    for (size_t i = 0; i < count; i++) arguments[2 + i] = argument[1].list[i];
    struct call call = {.program = argument[0].bytes, .arguments = arguments, .environment = nothing,
                        .directory = "", .input = ""};
    int error = run_call(context, &call);
    free(arguments);
    return error;
}

/* All are opened before the first is joined: a path means the host's. Each must be of its type. */
int op_join_namespaces(struct context *context, const struct argument *argument) {
    (void)context;
    size_t count = argument[0].length;
    if (argument[1].length != count * sizeof(uint32_t)) return -EINVAL;
    uint32_t types[16];
    int descriptors[16];
    if (count > sizeof types / sizeof *types) return -E2BIG;
    memcpy(types, argument[1].bytes, argument[1].length);
    int error = 0;
    size_t opened = 0;
    for (; !error && opened < count; opened++) {
        descriptors[opened] = open(argument[0].list[opened], O_RDONLY | O_CLOEXEC);
        if (descriptors[opened] < 0) {
            error = -errno;
            snprintf(context->detail, sizeof context->detail, "%s: %s", argument[0].list[opened], strerror(errno));
            break;
        }
    }
    for (size_t i = 0; !error && i < count; i++)
        if (setns(descriptors[i], (int)types[i]) < 0) {
            error = -errno;
            snprintf(context->detail, sizeof context->detail, "%s: %s", argument[0].list[i],
                     errno == EINVAL ? "not a namespace of this type" : strerror(errno));
        }
    for (size_t i = 0; i < opened; i++) close(descriptors[i]);
    return error;
}

int op_join_process(struct context *context, const struct argument *argument) {
    (void)context;
    int process = open_process(argument[0].number, argument[1].number);
    if (process < 0) return process;
    int error = setns(process, (int)argument[2].number) < 0 ? -errno : 0;
    close(process);
    return error;
}

/* The same of a container whose process is not known before. */
int op_join_container(struct context *context, const struct argument *argument) {
    if (context->joined_fd < 0) return -EINVAL;
    return setns(context->joined_fd, (int)argument[0].number) < 0 ? -errno : 0;
}

/* Root of the user namespace, with its groups, which a process brings along from outside. */
int op_become_root(struct context *context, const struct argument *argument) {
    (void)context;
    (void)argument;
    /* EPERM: the namespace denies setgroups(2), or maps no group 0. */
    if (syscall(SYS_setgroups, 0, NULL) < 0 && errno != EPERM && errno != EINVAL) return -errno;
    if (syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0) return -errno;
    return 0;
}

/* Where the user namespace was made by one who is not root, it may forbid to give groups away, for a group
 * can also be what keeps its members from a file. Then that is not tried again. */
int op_keep_groups(struct context *context, const struct argument *argument) {
    (void)argument;
    context->keeps_groups = syscall(SYS_setgroups, 0, NULL) < 0 && errno == EPERM;
    return 0;
}

/* Who is not dumpable can be neither traced nor looked into by those whose namespaces it joins
 * (CVE-2016-9962). */
int op_dumpable(struct context *context, const struct argument *argument) {
    (void)context;
    return prctl(PR_SET_DUMPABLE, argument[0].number, 0, 0, 0) < 0 ? -errno : 0;
}

/* By the monitor, whose rights are outside of the container's user namespace. */
int op_limit_process(struct context *context, const struct argument *argument) {
    struct rlimit limit = {argument[1].number, argument[2].number};
    return prlimit(context->container.pid, (int)argument[0].number, &limit, NULL) < 0 ? -errno : 0;
}
