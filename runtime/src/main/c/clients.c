#include "clients.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "operations.h"
#include "restart.h"
#include "sockets.h"
#include "streams.h"

/* What a client may lag behind before the container waits for it, and for how long that does. */
#define MAX_LAG_BYTES (1u << 20)
#define CATCH_UP_MILLISECONDS 500

/* How long the end of a container waits for clients that the kernel cannot keep the rest for. */
#define LAST_MILLISECONDS 2000

int clients_listen(struct clients *clients, const char *path) {
    clients->listener = listen_at(path);
    return clients->listener < 0 ? clients->listener : 0;
}

void clients_add(struct clients *clients, int fd, bool awaited) {
    if (fd < 0) return;
    struct client *client = clients->count < MAX_CLIENTS ? calloc(1, sizeof *client) : NULL;
    if (!client) {
        close(fd);
        return;
    }
    client->fd = fd;
    client->awaited = awaited;
    clients->list[clients->count++] = client;
}

void clients_accept(struct clients *clients) {
    int fd;
    while (clients->listener >= 0 && (fd = accept4(clients->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        clients_add(clients, fd, false);
}

static void forget_output(struct client *client) {
    free(client->out);
    client->out = NULL;
    client->out_start = client->out_end = 0;
}

static void hang_up(struct client *client) {
    if (client->fd >= 0) close(client->fd);
    client->fd = -1;
    forget_output(client);
}

static bool types(const struct clients *clients) {
    for (size_t i = 0; i < clients->count; i++)
        if (clients->list[i]->input) return true;
    return false;
}

static void stop_typing(struct clients *clients, struct container *container, struct client *client) {
    if (!client->input) return;
    client->input = false;
    if (clients->once && !types(clients)) end_input(container);
}

/* Takes those off the list that have hung up and left nothing. */
static void remove_gone(struct clients *clients, struct container *container) {
    size_t kept = 0;
    bool typed = false;
    for (size_t i = 0; i < clients->count; i++) {
        struct client *client = clients->list[i];
        if (client->fd >= 0 || client->in_length > 0) {
            clients->list[kept++] = client;
            continue;
        }
        typed |= client->input;
        free(client);
    }
    clients->count = kept;
    /* At a terminal this is who has detached. */
    if (typed && clients->once && !types(clients) && container->terminal_fd < 0) end_input(container);
}

static uint32_t number_at(const unsigned char *at, size_t width) {
    uint32_t value = 0;
    for (size_t i = 0; i < width; i++) value |= (uint32_t)at[i] << (8 * i);
    return value;
}

/* Input that the container does not take yet: all other frames are done with as soon as they are whole. */
static bool waits_for_container(const struct client *client) {
    return client->in_length >= CLIENT_HEADER_BYTES &&
           client->in_length >= CLIENT_HEADER_BYTES + number_at(client->in + 1, 4);
}

/* Does what one whole frame says; false where the container has not taken all of it yet. */
static bool take_frame(struct clients *clients, struct container *container, struct client *client, size_t length) {
    unsigned char *data = client->in + CLIENT_HEADER_BYTES;
    switch (client->in[0]) {
        case CLIENT_INPUT:
            client->input = true;
            return true;
        case CLIENT_STDIN: {
            size_t taken = give_input(container, data, length);
            if (taken == length) return true;
            memmove(data, data + taken, client->in_length - CLIENT_HEADER_BYTES - taken);
            client->in_length -= taken;
            length -= taken;
            for (int i = 0; i < 4; i++) client->in[1 + i] = (unsigned char)(length >> (8 * i));
            return false;
        }
        case CLIENT_STDIN_END:
            stop_typing(clients, container, client);
            return true;
        case CLIENT_RESIZE:
            if (length == 4 && container->terminal_fd >= 0) {
                struct winsize size = {.ws_row = (unsigned short)number_at(data, 2),
                                       .ws_col = (unsigned short)number_at(data + 2, 2)};
                ioctl(container->terminal_fd, TIOCSWINSZ, &size);
            }
            return true;
        case CLIENT_SIGNAL:
            if (length == 4 && container->pidfd >= 0)
                syscall(SYS_pidfd_send_signal, container->pidfd, (int)number_at(data, 4), NULL, 0);
            return true;
        default:
            return true; /* of a newer client */
    }
}

static void take_frames(struct clients *clients, struct container *container, struct client *client) {
    while (client->in_length >= CLIENT_HEADER_BYTES) {
        size_t length = number_at(client->in + 1, 4);
        if (length > CLIENT_DATA_BYTES) {
            hang_up(client);
            client->in_length = 0;
            return;
        }
        if (client->in_length < CLIENT_HEADER_BYTES + length || !take_frame(clients, container, client, length)) return;
        client->in_length -= CLIENT_HEADER_BYTES + length;
        memmove(client->in, client->in + CLIENT_HEADER_BYTES + length, client->in_length);
    }
}

static void receive(struct clients *clients, struct container *container, struct client *client) {
    ssize_t got = recv(client->fd, client->in + client->in_length, sizeof client->in - client->in_length, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        hang_up(client);
        if (!waits_for_container(client)) client->in_length = 0;
        return;
    }
    client->in_length += (size_t)got;
    take_frames(clients, container, client);
}

static void send_rest(struct client *client) {
    ssize_t sent = send(client->fd, client->out + client->out_start, client->out_end - client->out_start,
                        MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) client->out_start += (size_t)sent;
    else if (errno != EAGAIN && errno != EINTR) hang_up(client);
    if (client->out_start == client->out_end) forget_output(client);
}

static bool lags(const struct client *client) { return client->out_end - client->out_start > MAX_LAG_BYTES; }

static bool append(struct client *client, const void *bytes, size_t length) {
    size_t waiting = client->out_end - client->out_start;
    char *out = malloc(waiting + length);
    if (!out) return false;
    if (waiting) memcpy(out, client->out + client->out_start, waiting);
    memcpy(out + waiting, bytes, length);
    free(client->out);
    client->out = out;
    client->out_start = 0;
    client->out_end = waiting + length;
    return true;
}

static void send_frame_to(struct client *client, const unsigned char *header, const char *bytes, size_t length) {
    if (client->fd < 0) return;
    size_t sent = 0;
    if (!client->out) {
        struct iovec parts[2] = {{(void *)header, CLIENT_HEADER_BYTES}, {(void *)bytes, length}};
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
        ssize_t result = sendmsg(client->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (result < 0 && errno != EAGAIN && errno != EINTR) {
            hang_up(client);
            return;
        }
        sent = result > 0 ? (size_t)result : 0;
    }
    if (sent == CLIENT_HEADER_BYTES + length) return;
    size_t head = sent < CLIENT_HEADER_BYTES ? CLIENT_HEADER_BYTES - sent : 0;
    size_t body = sent > CLIENT_HEADER_BYTES ? sent - CLIENT_HEADER_BYTES : 0;
    if ((head && !append(client, header + sent, head)) || !append(client, bytes + body, length - body)) hang_up(client);
    else if (!client->awaited && lags(client) && !client->dropped_at)
        client->dropped_at = now_milliseconds() + CATCH_UP_MILLISECONDS;
}

void clients_send(struct clients *clients, enum client_frame type, const char *bytes, size_t length) {
    unsigned char header[CLIENT_HEADER_BYTES] = {(unsigned char)type};
    for (int i = 0; i < 4; i++) header[1 + i] = (unsigned char)(length >> (8 * i));
    for (size_t i = 0; i < clients->count; i++) send_frame_to(clients->list[i], header, bytes, length);
}

bool clients_busy(const struct clients *clients) {
    for (size_t i = 0; i < clients->count; i++)
        if (clients->list[i]->dropped_at || (clients->list[i]->awaited && clients->list[i]->out)) return true;
    return false;
}

int clients_drop_slow(struct clients *clients) {
    int next = -1;
    uint64_t now = 0;
    for (size_t i = 0; i < clients->count; i++) {
        struct client *client = clients->list[i];
        if (!client->dropped_at) continue;
        if (!lags(client)) {
            client->dropped_at = 0;
            continue;
        }
        if (!now) now = now_milliseconds();
        if (now >= client->dropped_at) {
            hang_up(client);
            client->dropped_at = 0;
            client->in_length = 0;
            continue;
        }
        int left = (int)(client->dropped_at - now);
        if (next < 0 || left < next) next = left;
    }
    return next;
}

void clients_prepare(const struct clients *clients, const struct container *container, struct pollfd *wanted) {
    for (size_t i = 0; i < clients->count; i++) {
        const struct client *client = clients->list[i];
        bool waits = waits_for_container(client);
        wanted[i] = (struct pollfd){.fd = client->fd, .events = (short)((waits ? 0 : POLLIN) | (client->out ? POLLOUT : 0))};
        /* A hang-up would be reported again and again. */
        if (waits && !client->out)
            wanted[i] = (struct pollfd){.fd = input_descriptor(container), .events = POLLOUT};
    }
}

void clients_move(struct clients *clients, struct container *container, const struct pollfd *polled) {
    size_t count = clients->count;
    for (size_t i = 0; i < count; i++) {
        struct client *client = clients->list[i];
        if (!polled[i].revents) continue;
        if (client->out && client->fd >= 0 && polled[i].revents & (POLLOUT | POLLERR)) send_rest(client);
        if (waits_for_container(client)) take_frames(clients, container, client);
        else if (client->fd >= 0 && polled[i].revents & ~POLLOUT) receive(clients, container, client);
        if (client->fd < 0 && !waits_for_container(client)) client->in_length = 0;
    }
    remove_gone(clients, container);
}

/* The kernel keeps what was sent, also for who reads it after our end. */
static void send_last(struct client *client) {
    int size = (int)(client->out_end - client->out_start) * 2 + (1 << 18);
    if (setsockopt(client->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0)
        setsockopt(client->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    send_rest(client);
    struct pollfd room = {.fd = client->fd, .events = POLLOUT};
    while (client->fd >= 0 && client->out && poll(&room, 1, LAST_MILLISECONDS) > 0) send_rest(client);
}

void clients_end(struct clients *clients, int code) {
    clients_accept(clients);
    char data[4] = {(char)code, 0, 0, 0};
    for (size_t i = 0; i < clients->count; i++) clients->list[i]->awaited = true; /* nobody is dropped now */
    clients_send(clients, CLIENT_EXIT, data, sizeof data);
    for (size_t i = 0; i < clients->count; i++)
        if (clients->list[i]->out) send_last(clients->list[i]);
}

void clients_close(struct clients *clients) {
    for (size_t i = 0; i < clients->count; i++) {
        hang_up(clients->list[i]);
        free(clients->list[i]);
    }
    clients->count = 0;
}
