/* Requests to the kernel's network: those that the planner has put together, and those that take an
 * interface into a container, by the monitor, which has rights over both network namespaces. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"
#include "operations.h"

#define REPLY_BYTES 32768
#define MAX_ADDRESSES 256

/* A request with room for a few attributes. */
struct request {
    struct nlmsghdr header;
    union {
        struct ifinfomsg link;
        struct ifaddrmsg address;
    } body;
    char attributes[128];
};

static void begin(struct request *request, uint16_t type, uint16_t flags, size_t body) {
    *request = (struct request){.header = {.nlmsg_len = NLMSG_LENGTH((uint32_t)body),
                                           .nlmsg_type = type,
                                           .nlmsg_flags = NLM_F_REQUEST | flags}};
}

static void add_attribute(struct request *request, unsigned short type, const void *value, size_t length) {
    struct rtattr *attribute = (struct rtattr *)(void *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));
    attribute->rta_type = type;
    attribute->rta_len = (unsigned short)RTA_LENGTH(length);
    memcpy(RTA_DATA(attribute), value, length);
    request->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(request->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len));
}

/* One message of the answer; its error where it is one, else its length. */
static ssize_t receive(int fd, void *reply, size_t size) {
    ssize_t length = recv(fd, reply, size, 0);
    if (length < 0) return -errno;
    const struct nlmsghdr *header = reply;
    if (!NLMSG_OK(header, (size_t)length)) return -EBADMSG;
    if (header->nlmsg_type != NLMSG_ERROR) return length;
    if (header->nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr))) return -EBADMSG;
    return ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
}

int op_netlink(struct context *context, const struct argument *argument) {
    (void)context;
    int fd = netlink_open(NETLINK_ROUTE);
    if (fd < 0) return fd;
    char reply[1024];
    ssize_t answer = send(fd, argument[0].bytes, argument[0].length, 0) < 0 ? -errno
                                                                            : receive(fd, reply, sizeof reply);
    close(fd);
    return answer > 0 ? -EBADMSG : (int)answer;
}

static int ask(int fd, struct request *request, void *reply, size_t size) {
    if (send(fd, request, request->header.nlmsg_len, 0) < 0) return -errno;
    ssize_t length = receive(fd, reply, size);
    return length < 0 ? (int)length : 0;
}

static int command(int fd, struct request *request) {
    char reply[1024];
    request->header.nlmsg_flags |= NLM_F_ACK;
    return ask(fd, request, reply, sizeof reply);
}

static int find_link(int fd, const char *name, struct ifinfomsg *link) {
    struct request request;
    char *reply = malloc(REPLY_BYTES);
    if (!reply) return -ENOMEM;
    begin(&request, RTM_GETLINK, 0, sizeof request.body.link);
    add_attribute(&request, IFLA_IFNAME, name, strlen(name) + 1);
    int error = ask(fd, &request, reply, REPLY_BYTES);
    if (!error) memcpy(link, NLMSG_DATA((struct nlmsghdr *)(void *)reply), sizeof *link);
    free(reply);
    return error;
}

static int set_up(int fd, int index, bool up) {
    struct request request;
    begin(&request, RTM_NEWLINK, 0, sizeof request.body.link);
    request.body.link.ifi_index = index;
    request.body.link.ifi_flags = up ? IFF_UP : 0;
    request.body.link.ifi_change = IFF_UP;
    return command(fd, &request);
}

/* What is to be said again of an address in the new namespace: not its label, which has the old name
 * of the interface in it. */
static bool keep_address(const struct nlmsghdr *header, int index, struct request *kept) {
    const struct ifaddrmsg *address = NLMSG_DATA(header);
    if (address->ifa_index != (unsigned)index || address->ifa_scope != RT_SCOPE_UNIVERSE ||
        !(address->ifa_flags & IFA_F_PERMANENT))
        return false;
    begin(kept, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof *address);
    kept->body.address = *address;
    size_t left = IFA_PAYLOAD(header);
    for (const struct rtattr *a = IFA_RTA(address); RTA_OK(a, left); a = RTA_NEXT(a, left))
        if ((a->rta_type == IFA_LOCAL || a->rta_type == IFA_ADDRESS || a->rta_type == IFA_BROADCAST) &&
            RTA_PAYLOAD(a) <= 16)
            add_attribute(kept, a->rta_type, RTA_DATA(a), RTA_PAYLOAD(a));
    return true;
}

/* How many there are, or -errno. */
static int keep_addresses(int fd, int index, struct request *kept, char *reply) {
    struct request request;
    begin(&request, RTM_GETADDR, NLM_F_DUMP, sizeof request.body.address);
    if (send(fd, &request, request.header.nlmsg_len, 0) < 0) return -errno;
    int count = 0;
    for (;;) {
        ssize_t length = receive(fd, reply, REPLY_BYTES);
        if (length <= 0) return length < 0 ? (int)length : -EBADMSG;
        size_t left = (size_t)length;
        for (struct nlmsghdr *header = (struct nlmsghdr *)(void *)reply; NLMSG_OK(header, left);
             header = NLMSG_NEXT(header, left)) {
            if (header->nlmsg_type == NLMSG_DONE) return count;
            if (header->nlmsg_type != RTM_NEWADDR) continue;
            if (count == MAX_ADDRESSES) return -E2BIG;
            if (keep_address(header, index, &kept[count])) count++;
        }
    }
}

static int move_link(int fd, int index, int namespace, const char *name) {
    struct request request;
    begin(&request, RTM_NEWLINK, 0, sizeof request.body.link);
    request.body.link.ifi_index = index;
    add_attribute(&request, IFLA_NET_NS_FD, &namespace, sizeof namespace);
    add_attribute(&request, IFLA_IFNAME, name, strlen(name) + 1);
    return command(fd, &request);
}

/* The kernel moves first and renames then: where the new name is taken, the interface would be gone
 * with the container that fails for it. */
static int check_free(int fd, const char *name) {
    struct ifinfomsg link;
    int error = find_link(fd, name, &link);
    return error == -ENODEV ? 0 : error ? error : -EEXIST;
}

static int set_addresses(int fd, const char *name, struct request *kept, int count) {
    struct ifinfomsg link;
    int error = find_link(fd, name, &link);
    for (int i = 0; !error && i < count; i++) {
        kept[i].body.address.ifa_index = (unsigned)link.ifi_index;
        error = command(fd, &kept[i]);
    }
    return error ? error : set_up(fd, link.ifi_index, true);
}

/* An interface between the host's socket and the container's. */
struct move {
    int outside, inside, namespace;
    struct request *kept; /* the addresses that it had outside */
    char *reply;
};

static int move_interface(const struct move *move, const char *from, const char *to) {
    struct ifinfomsg link;
    int error = find_link(move->outside, from, &link);
    if (!error) error = check_free(move->inside, to);
    if (error) return error;
    int count = keep_addresses(move->outside, link.ifi_index, move->kept, move->reply);
    if (count < 0) return count;
    error = set_up(move->outside, link.ifi_index, false);
    if (!error) error = move_link(move->outside, link.ifi_index, move->namespace, to);
    if (!error) return set_addresses(move->inside, to, move->kept, count);
    /* It stays with the host, and is of use there. */
    if (link.ifi_flags & IFF_UP) set_up(move->outside, link.ifi_index, true);
    return error;
}

int op_move_interface(struct context *context, const struct argument *argument) {
    char path[64];
    if (strlen(argument[0].bytes) >= IFNAMSIZ || strlen(argument[1].bytes) >= IFNAMSIZ) return -ENAMETOOLONG;
    snprintf(path, sizeof path, "/proc/%d/ns/net", context->container.pid);
    struct move move = {.outside = -1, .inside = -1};
    move.namespace = open(*argument[2].bytes ? argument[2].bytes : path, O_RDONLY | O_CLOEXEC);
    if (move.namespace < 0) return -errno;
    move.kept = calloc(MAX_ADDRESSES, sizeof *move.kept);
    move.reply = malloc(REPLY_BYTES);
    int error = move.kept && move.reply ? 0 : -ENOMEM;
    if (!error && (move.outside = netlink_open(NETLINK_ROUTE)) < 0) error = move.outside;
    if (!error && (move.inside = netlink_open_in(move.namespace, NETLINK_ROUTE)) < 0) error = move.inside;
    if (!error) error = move_interface(&move, argument[0].bytes, argument[1].bytes);
    free(move.reply);
    free(move.kept);
    if (move.inside >= 0) close(move.inside);
    if (move.outside >= 0) close(move.outside);
    close(move.namespace);
    return error;
}
