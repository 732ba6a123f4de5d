/* Sockets of netlink(7), and what the kernel answers on them. */
#ifndef NSBOX_NETLINK_H
#define NSBOX_NETLINK_H

#include <stddef.h>

/* A socket in our own network namespace, or in another one; -errno. */
int netlink_open(int protocol);
int netlink_open_in(int namespace, int protocol);

/* Sends requests; 0, or the first error with which they were answered: the kernel's own words, if it has any,
 * stand in `detail` then. */
int netlink_send(int fd, const void *bytes, size_t length, char *detail, size_t size);

/* The same of what has been sent. */
int netlink_first_error(int fd, char *detail, size_t size);

#endif
