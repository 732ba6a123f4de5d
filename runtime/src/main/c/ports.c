/* Ports of the host that lead to a container are taken by its monitor, though nothing comes to its sockets: so
 * no other program gets them, and whoever has one already is noticed. */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "operations.h"
#include "watch.h"

#ifndef IPPROTO_SCTP
#define IPPROTO_SCTP 132
#endif

static int open_socket(const char *protocol, int family) {
    bool tcp = !strcmp(protocol, "tcp"), udp = !strcmp(protocol, "udp");
    int fd = socket(family, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, tcp || udp ? 0 : IPPROTO_SCTP);
    return fd < 0 ? -errno : fd;
}

static int bind_to(int fd, int family, const char *address, in_port_t port) {
    int on = 1;
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (family == AF_INET) {
        if (inet_pton(AF_INET, address, &four.sin_addr) != 1) return -EINVAL;
        return bind(fd, (void *)&four, sizeof four) < 0 ? -errno : 0;
    }
    if (inet_pton(AF_INET6, address, &six.sin6_addr) != 1) return -EINVAL;
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0) return -errno;
    return bind(fd, (void *)&six, sizeof six) < 0 ? -errno : 0;
}

/* A host without the protocol has nobody who could take the port. */
static bool is_unknown(int error) {
    return error == -EAFNOSUPPORT || error == -EPROTONOSUPPORT || error == -ESOCKTNOSUPPORT;
}

/* What is not led to the container would wait at the socket for ever. As one of an interface that does not exist
 * it gets nothing, so the sender is told that nobody is there; and yet it is in everybody's way who is of all
 * interfaces. */
static int receive_nothing(int fd) {
    int none = INT_MAX;
    return setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &none, sizeof none) < 0 ? -errno : 0;
}

static int hold(const char *protocol, const char *address, in_port_t port) {
    int family = strchr(address, ':') ? AF_INET6 : AF_INET;
    int fd = open_socket(protocol, family);
    if (fd < 0) return is_unknown(fd) ? 0 : fd;
    int error = bind_to(fd, family, address, port);
    if (!error && !strcmp(protocol, "udp")) error = receive_nothing(fd);
    if (error) close(fd);
    bool any = !strcmp(address, "::");
    return error == -EADDRNOTAVAIL && any ? 0 : error; /* version 6 is switched off */
}

int op_hold_ports(struct context *context, const struct argument *argument) {
    for (char **port = argument[0].list; *port; port++) {
        char protocol[8], address[64];
        unsigned number;
        if (sscanf(*port, "%7s %63s %u", protocol, address, &number) != 3 || number > 65535) return -EINVAL;
        int error = hold(protocol, address, (in_port_t)number);
        /* Who takes over from a monitor that was killed cannot help it if somebody was quicker. */
        if (!error || (context->watch && context->watch->takes_over)) continue;
        snprintf(context->detail, sizeof context->detail, "%s: %s", *port, strerror(-error));
        return error;
    }
    return 0;
}
