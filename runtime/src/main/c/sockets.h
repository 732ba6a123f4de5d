/* Sockets that have a path, however long it is. */
#ifndef NSBOX_SOCKETS_H
#define NSBOX_SOCKETS_H

/* Stream sockets, or -errno. What is at the path of a listener goes. */
int listen_at(const char *path);
int connect_at(const char *path);

#endif
