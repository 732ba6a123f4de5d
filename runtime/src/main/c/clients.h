/* Those who are attached to a container: each is the other end of a stream socket.
 *
 * Frames in both directions: u8 type, u32 length, data; all numbers are little-endian. A client takes all
 * output from when it is connected on. One that lags behind is waited for a moment, and dropped if it does not
 * catch up, so that it cannot hold the container up; but the one that the container was started by is waited
 * for as long as it takes, as a pipe would be. */
#ifndef NSBOX_CLIENTS_H
#define NSBOX_CLIENTS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum client_frame {
    /* From the client. */
    CLIENT_INPUT = 1,  /* nothing: it is going to type */
    CLIENT_STDIN,      /* bytes */
    CLIENT_STDIN_END,  /* nothing */
    CLIENT_RESIZE,     /* u16 rows, u16 columns */
    CLIENT_SIGNAL,     /* u32 number */
    /* From the monitor. */
    CLIENT_STDOUT = 16, /* bytes */
    CLIENT_STDERR,      /* bytes */
    CLIENT_EXIT,        /* u32 exit code; then the end of file, once all is cleaned up */
};

#define CLIENT_HEADER_BYTES 5

/* The most that a frame from a client may hold. */
#define CLIENT_DATA_BYTES 4096

#define MAX_CLIENTS 64

struct client {
    int fd;        /* -1 once it has hung up: what it typed is still to be delivered */
    bool input;    /* it types */
    bool awaited;  /* the container waits for it */
    unsigned char in[CLIENT_HEADER_BYTES + CLIENT_DATA_BYTES];
    size_t in_length;
    char *out;     /* what it has not taken yet, NULL if nothing */
    size_t out_start, out_end;
    uint64_t dropped_at; /* of now_milliseconds, if it does not catch up; 0 while it does not lag */
};

struct container;

struct clients {
    int listener; /* -1: nobody can attach */
    bool once;    /* the container's input ends with the last client that types */
    struct client *list[MAX_CLIENTS];
    size_t count;
};

/* Makes the socket at this path. 0 or -errno. */
int clients_listen(struct clients *clients, const char *path);

/* Takes in a connection; -1 is none. */
void clients_add(struct clients *clients, int fd, bool awaited);

/* Whoever has connected since. */
void clients_accept(struct clients *clients);

/* What to wait for: one entry each. */
void clients_prepare(const struct clients *clients, const struct container *container, struct pollfd *wanted);

/* Reads from and writes to those that poll(2) named, by the entries of clients_prepare. */
void clients_move(struct clients *clients, struct container *container, const struct pollfd *polled);

void clients_send(struct clients *clients, enum client_frame type, const char *bytes, size_t length);

/* True while the container has to wait for a client. */
bool clients_busy(const struct clients *clients);

/* Drops those who had their time to catch up. Gives the milliseconds until the next one has, or -1. */
int clients_drop_slow(struct clients *clients);

/* Tells all the exit code; they get what is left without anybody waiting for them. */
void clients_end(struct clients *clients, int code);

/* Lets all go. */
void clients_close(struct clients *clients);

#endif
