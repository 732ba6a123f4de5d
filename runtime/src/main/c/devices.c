/* The program that a version 2 cgroup asks before each use of a device. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "operations.h"

/* The kernel's own limit for one cgroup (BPF_CGROUP_MAX_PROGS). */
#define MAX_ATTACHED 64

static int bpf(int command, union bpf_attr *attributes) {
    int result = (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
    return result < 0 ? -errno : result;
}

static int load(const struct argument *instructions) {
    union bpf_attr load;
    memset(&load, 0, sizeof load);
    load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    load.insns = (uint64_t)(uintptr_t)instructions->bytes;
    load.insn_cnt = (uint32_t)(instructions->length / sizeof(struct bpf_insn));
    load.license = (uint64_t)(uintptr_t) "GPL";
    return bpf(BPF_PROG_LOAD, &load);
}

/* Numbers of the programs attached to this very cgroup, not to one above it; gives how many. */
static int attached(int cgroup, uint32_t numbers[MAX_ATTACHED]) {
    union bpf_attr query;
    memset(&query, 0, sizeof query);
    query.query.target_fd = (uint32_t)cgroup;
    query.query.attach_type = BPF_CGROUP_DEVICE;
    query.query.prog_ids = (uint64_t)(uintptr_t)numbers;
    query.query.prog_cnt = MAX_ATTACHED;
    int error = bpf(BPF_PROG_QUERY, &query);
    return error ? error : (int)query.query.prog_cnt;
}

static int open_program(uint32_t number) {
    union bpf_attr get;
    memset(&get, 0, sizeof get);
    get.prog_id = number;
    return bpf(BPF_PROG_GET_FD_BY_ID, &get);
}

static int attach(int cgroup, int filter) {
    union bpf_attr attach;
    memset(&attach, 0, sizeof attach);
    attach.target_fd = (uint32_t)cgroup;
    attach.attach_bpf_fd = (uint32_t)filter;
    attach.attach_type = BPF_CGROUP_DEVICE;
    attach.attach_flags = BPF_F_ALLOW_MULTI;
    return bpf(BPF_PROG_ATTACH, &attach);
}

static int detach(int cgroup, uint32_t number) {
    int filter = open_program(number);
    if (filter < 0) return filter == -ENOENT ? 0 : filter;
    union bpf_attr detach;
    memset(&detach, 0, sizeof detach);
    detach.target_fd = (uint32_t)cgroup;
    detach.attach_bpf_fd = (uint32_t)filter;
    detach.attach_type = BPF_CGROUP_DEVICE;
    int error = bpf(BPF_PROG_DETACH, &detach);
    close(filter);
    return error;
}

/* In place of whatever was attached before: by an update, or in a cgroup that somebody left behind.
 * First the new and then the old away, so that no device is free in between. */
static int replace(int cgroup, int filter) {
    uint32_t old[MAX_ATTACHED];
    int count = attached(cgroup, old);
    if (count < 0) return count;
    int error = attach(cgroup, filter);
    for (int i = 0; i < count && !error; i++) error = detach(cgroup, old[i]);
    return error;
}

int op_device_filter(struct context *context, const struct argument *argument) {
    (void)context;
    int cgroup = open(argument[0].bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cgroup < 0) return -errno;
    int filter = load(&argument[1]);
    int error = filter < 0 ? filter : replace(cgroup, filter);
    if (filter >= 0) close(filter);
    close(cgroup);
    return error;
}
