/* Requests to the kernel's network that the planner has put together: links, addresses, routes. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netlink.h"
#include "operations.h"

/* A link of the same number may be going just now, with the namespace of the last run. */
#define TRIES 1000
#define PAUSE_NANOSECONDS 5000000

/* A socket belongs to the network namespace that it was made in. */
int netlink_open_in(int namespace, int protocol) {
    int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (own < 0) return -errno;
    int fd = setns(namespace, CLONE_NEWNET) < 0 ? -errno : netlink_open(protocol);
    if (setns(own, CLONE_NEWNET) < 0) _exit(127); /* whatever came next would be done to the container's */
    close(own);
    return fd;
}

int netlink_open(int protocol) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    int on = 1;
    if (fd < 0) return -errno;
    /* For words beside the error numbers. */
    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
    return fd;
}

static void copy_words(const struct nlmsghdr *header, char *detail, size_t size) {
    if (!(header->nlmsg_flags & NLM_F_ACK_TLVS)) return;
    const struct nlmsgerr *error = NLMSG_DATA(header);
    size_t offset = NLMSG_ALIGN(sizeof *error);
    if (!(header->nlmsg_flags & NLM_F_CAPPED)) offset += NLMSG_ALIGN(error->msg.nlmsg_len - NLMSG_HDRLEN);
    if (header->nlmsg_len < NLMSG_HDRLEN + offset) return;
    size_t left = header->nlmsg_len - NLMSG_HDRLEN - offset;
    const struct rtattr *attribute = (const void *)((const char *)error + offset);
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
        if (attribute->rta_type == NLMSGERR_ATTR_MSG) {
            snprintf(detail, size, "%s: %.*s", strerror(-error->error), (int)RTA_PAYLOAD(attribute),
                     (const char *)RTA_DATA(attribute));
            return;
        }
}

int netlink_first_error(int fd, char *detail, size_t size) {
    static _Alignas(struct nlmsghdr) char reply[32768];
    int first = 0;
    for (;;) {
        ssize_t length = recv(fd, reply, sizeof reply, MSG_DONTWAIT);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) return errno == EAGAIN ? first : -errno;
        size_t left = (size_t)length;
        for (const struct nlmsghdr *header = (void *)reply; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
            if (header->nlmsg_type != NLMSG_ERROR || header->nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr))) continue;
            int error = ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
            if (!error || first) continue;
            first = error;
            copy_words(header, detail, size);
        }
    }
}

int netlink_send(int fd, const void *bytes, size_t length, char *detail, size_t size) {
    /* The kernel has done it, and has answered, before this returns. */
    if (send(fd, bytes, length, 0) < 0) return -errno;
    return netlink_first_error(fd, detail, size);
}

static int send_links(struct context *context, int fd, const struct argument *requests, int tries) {
    const struct timespec pause = {.tv_nsec = PAUSE_NANOSECONDS};
    for (int i = 0;; i++) {
        context->detail[0] = 0;
        int error = netlink_send(fd, requests->bytes, requests->length, context->detail, sizeof context->detail);
        if ((error != -EEXIST && error != -EBUSY) || i == tries) return error;
        nanosleep(&pause, NULL);
    }
}

int op_links(struct context *context, const struct argument *argument) {
    uint32_t pid = (uint32_t)context->container.pid;
    size_t hole = argument[1].number;
    if (hole && hole + sizeof pid > argument[0].length) return -EINVAL;
    if (hole) memcpy(argument[0].bytes + hole, &pid, sizeof pid);
    if (!argument[2].number) {
        int fd = netlink_open(NETLINK_ROUTE);
        /* Only a link to a container comes again with each start. A bridge that is there is no error. */
        int error = fd < 0 ? fd : send_links(context, fd, argument, hole ? TRIES : 0);
        if (fd >= 0) close(fd);
        if (error == -ENODEV && !hole && !*context->detail)
            snprintf(context->detail, sizeof context->detail, "the host has another interface of its name");
        return error;
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/%u/ns/net", pid);
    int namespace = open(path, O_RDONLY | O_CLOEXEC);
    if (namespace < 0) return -errno;
    int fd = netlink_open_in(namespace, NETLINK_ROUTE);
    close(namespace);
    int error = fd < 0 ? fd : send_links(context, fd, argument, TRIES);
    if (fd >= 0) close(fd);
    return error;
}

/* With its last process the namespace goes, and its end of the link with it; that takes the kernel some time,
 * for which nobody has to wait. But others may be in the namespace. */
int op_remove_link(struct context *context, const struct argument *argument) {
    if (*argument[1].bytes && access(argument[1].bytes, F_OK) < 0) return 0;
    struct {
        struct nlmsghdr header;
        struct ifinfomsg link;
    } request = {.header = {.nlmsg_len = sizeof request, .nlmsg_type = RTM_DELLINK, .nlmsg_flags = NLM_F_REQUEST},
                 .link = {.ifi_index = (int)argument[0].number}};
    int fd = netlink_open(NETLINK_ROUTE);
    int error = fd < 0 ? fd : netlink_send(fd, &request, sizeof request, context->detail, sizeof context->detail);
    if (fd >= 0) close(fd);
    return error == -ENODEV ? 0 : error;
}

int op_of_process(struct context *context, const struct argument *argument) {
    int fd = open_process(argument[0].number, argument[1].number);
    if (fd < 0) return fd;
    close(fd);
    context->container.pid = (pid_t)argument[0].number;
    return 0;
}
