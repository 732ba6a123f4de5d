/* Flows that the kernel's connection tracking knows.
 *
 * The rules of nf_tables decide where the first packet of a flow goes, and the rest goes the same way: with UDP,
 * as long as packets come. So who changes where a port leads has the flows forgotten that came before.
 *
 * Linux 6.12 takes a filter when it is told to forget. All before take one when they are asked, so that is what
 * is done: what the kernel tells of a flow is sent back to it, as what it is to forget. */
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"
#include "operations.h"

struct sockets {
    int asking;
    int telling; /* apart, for answers to the one would come between those to the other */
};

/* Which may have ended meanwhile. */
static int forget(const struct sockets *sockets, struct nlmsghdr *flow, char *detail, size_t size) {
    flow->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
    flow->nlmsg_flags = NLM_F_REQUEST;
    int error = netlink_send(sockets->telling, flow, flow->nlmsg_len, detail, size);
    return error == -ENOENT ? 0 : error;
}

/* 1 when that was all; -errno. */
static int forget_these(const struct sockets *sockets, char *reply, size_t left, char *detail, size_t size) {
    for (struct nlmsghdr *header = (void *)reply; NLMSG_OK(header, left);) {
        struct nlmsghdr *next = NLMSG_NEXT(header, left);
        int error;
        if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
            if (header->nlmsg_len < NLMSG_LENGTH(sizeof error)) return -EBADMSG;
            memcpy(&error, NLMSG_DATA(header), sizeof error);
            return error < 0 ? error : 1;
        }
        error = forget(sockets, header, detail, size);
        if (error) return error;
        header = next;
    }
    return 0;
}

static int forget_flows(const struct sockets *sockets, const char *request, size_t length, char *detail,
                        size_t size) {
    static _Alignas(struct nlmsghdr) char reply[65536];
    if (send(sockets->asking, request, length, 0) < 0) return -errno;
    for (;;) {
        ssize_t received = recv(sockets->asking, reply, sizeof reply, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received < 0) return -errno;
        int result = forget_these(sockets, reply, (size_t)received, detail, size);
        if (result) return result == 1 ? 0 : result;
    }
}

int op_forget_flows(struct context *context, const struct argument *argument) {
    struct sockets sockets = {.asking = netlink_open(NETLINK_NETFILTER)};
    if (sockets.asking < 0) return sockets.asking;
    sockets.telling = netlink_open(NETLINK_NETFILTER);
    int error = sockets.telling < 0 ? sockets.telling : 0;
    const char *request = argument->bytes;
    for (size_t left = argument->length; !error && left;) {
        struct nlmsghdr header;
        if (left < sizeof header) error = -EINVAL;
        else memcpy(&header, request, sizeof header);
        if (!error && (header.nlmsg_len < sizeof header || header.nlmsg_len > left)) error = -EINVAL;
        if (error) break;
        error = forget_flows(&sockets, request, header.nlmsg_len, context->detail, sizeof context->detail);
        request += header.nlmsg_len;
        left -= header.nlmsg_len;
    }
    close(sockets.asking);
    if (sockets.telling >= 0) close(sockets.telling);
    return error;
}
