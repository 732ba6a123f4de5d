#include "attach.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clients.h"
#include "user_terminal.h"

#define EXIT_NSBOX 125

/* Bits of an attachment. */
enum { ATTACH_INPUT = 1, ATTACH_TERMINAL = 2, ATTACH_PROXY = 4, ATTACH_NO_STDOUT = 8, ATTACH_NO_STDERR = 16 };

/* The longest sequence that detaches. */
#define MAX_KEYS 64

enum { POLL_INPUT, POLL_SOCKET, POLL_SIGNALS, POLL_OUTPUT, POLLED };

struct session {
    const struct attachment *how;
    int socket, signals;
    struct user_terminal terminal;
    bool reading;                /* standard input has more to give */
    size_t keys_typed;           /* of the sequence that detaches */
    unsigned char out[CLIENT_HEADER_BYTES + CLIENT_DATA_BYTES]; /* a frame on its way to the monitor */
    size_t out_start, out_end;
    unsigned char header[CLIENT_HEADER_BYTES];
    size_t header_length, body_left; /* of the frame that comes from the monitor */
    char in[65536];              /* output on its way to us */
    size_t in_start, in_end;
    int code;                    /* -1: the monitor has not said it yet */
    bool done;
};

void read_attachment(struct reader *r, struct attachment *attachment) {
    uint8_t bits = read_u8(r);
    size_t length;
    attachment->input = bits & ATTACH_INPUT;
    attachment->terminal = bits & ATTACH_TERMINAL;
    attachment->proxy = bits & ATTACH_PROXY;
    attachment->no_stdout = bits & ATTACH_NO_STDOUT;
    attachment->no_stderr = bits & ATTACH_NO_STDERR;
    attachment->keys = read_bytes(r, &attachment->key_count);
    if (attachment->key_count > MAX_KEYS) r->bad = true;
    const unsigned char *path = read_bytes(r, &length);
    attachment->exit_path = path ? strndup((const char *)path, length) : NULL;
}

/* Without the proxy, those only that would leave the user's terminal in raw mode. */
static void wanted_signals(const struct attachment *attachment, sigset_t *set) {
    sigemptyset(set);
    for (const int *number = (int[]){SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGWINCH, SIGPIPE, 0}; *number; number++) sigaddset(set, *number);
    if (!attachment->proxy) return;
    sigfillset(set);
    for (const int *fault = (int[]){SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP, 0}; *fault; fault++)
        sigdelset(set, *fault);
}

void attachment_block_signals(const struct attachment *attachment) {
    sigset_t set;
    wanted_signals(attachment, &set);
    sigprocmask(SIG_SETMASK, &set, NULL);
}

/* Only while no other frame is on its way. */
static void put_frame(struct session *session, enum client_frame type, const void *data, size_t length) {
    session->out[0] = (unsigned char)type;
    for (int i = 0; i < 4; i++) session->out[1 + i] = (unsigned char)(length >> (8 * i));
    if (length) memcpy(session->out + CLIENT_HEADER_BYTES, data, length);
    session->out_start = 0;
    session->out_end = CLIENT_HEADER_BYTES + length;
}

static void send_out(struct session *session) {
    if (session->out_start == session->out_end) return;
    ssize_t sent = send(session->socket, session->out + session->out_start, session->out_end - session->out_start,
                        MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) session->out_start += (size_t)sent;
    else if (errno != EAGAIN && errno != EINTR) {
        /* The monitor is about to close its end; what it has sent is still to be read. */
        session->out_start = session->out_end = 0;
        session->reading = false;
    }
}

/* Rare, and short: they may wait for the frame before them. */
static void send_now(struct session *session, enum client_frame type, const void *data, size_t length) {
    struct pollfd room = {.fd = session->socket, .events = POLLOUT};
    while (session->out_start < session->out_end && poll(&room, 1, 1000) > 0) send_out(session);
    if (session->out_start < session->out_end) return;
    put_frame(session, type, data, length);
    send_out(session);
}

static void send_size(struct session *session) {
    struct winsize size;
    if (!session->how->terminal || !terminal_size(&size)) return;
    unsigned char data[4] = {(unsigned char)size.ws_row, (unsigned char)(size.ws_row >> 8),
                             (unsigned char)size.ws_col, (unsigned char)(size.ws_col >> 8)};
    send_now(session, CLIENT_RESIZE, data, sizeof data);
}

static void finish(struct session *session, int code) {
    session->code = code;
    session->done = true;
}

/* Takes the keys that detach out of what was typed: a beginning of them is kept back until the next key
 * shows whether it was one. Gives the length of what is to be sent. */
static size_t filter_keys(struct session *session, const unsigned char *typed, size_t length, unsigned char *sent) {
    const unsigned char *keys = session->how->keys;
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        if (session->how->key_count && typed[i] == keys[session->keys_typed]) {
            if (++session->keys_typed < session->how->key_count) continue;
            finish(session, 0);
            return count;
        }
        memcpy(sent + count, keys, session->keys_typed);
        count += session->keys_typed;
        session->keys_typed = 0;
        if (session->how->key_count && typed[i] == keys[0]) {
            session->keys_typed = 1;
            continue;
        }
        sent[count++] = typed[i];
    }
    return count;
}

static void take_input(struct session *session) {
    unsigned char typed[1024], sent[CLIENT_DATA_BYTES];
    ssize_t got = read(0, typed, sizeof typed);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0 && session->terminal.raw) {
        /* In raw mode no key ends the input: the terminal is gone. The container goes on without it. */
        finish(session, 128 + SIGHUP);
        return;
    }
    if (got <= 0) {
        session->reading = false;
        if (session->keys_typed) send_now(session, CLIENT_STDIN, session->how->keys, session->keys_typed);
        session->keys_typed = 0;
        send_now(session, CLIENT_STDIN_END, NULL, 0);
        return;
    }
    size_t length = filter_keys(session, typed, (size_t)got, sent);
    if (length) send_now(session, CLIENT_STDIN, sent, length);
}

static void take_signal(struct session *session) {
    struct signalfd_siginfo info;
    if (read(session->signals, &info, sizeof info) != sizeof info) return;
    uint32_t number = info.ssi_signo;
    if (number == SIGWINCH) send_size(session);
    if (number == SIGWINCH || number == SIGCHLD || number == SIGPIPE || number == SIGURG) return;
    /* Who loses the terminal leaves the container alone. */
    if (!session->how->proxy || (number == SIGHUP && session->how->terminal)) {
        finish(session, 128 + (int)number);
        return;
    }
    unsigned char data[4] = {(unsigned char)number};
    send_now(session, CLIENT_SIGNAL, data, sizeof data);
}

static int output_of(const struct session *session) { return session->header[0] == CLIENT_STDERR ? 2 : 1; }

static bool is_wanted(const struct session *session) {
    return !(session->header[0] == CLIENT_STDERR ? session->how->no_stderr : session->how->no_stdout);
}

static uint32_t body_length(const struct session *session) {
    const unsigned char *at = session->header + 1;
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* What the header has announced has come, or a part of it. */
static void take_body(struct session *session, size_t length) {
    session->body_left -= length;
    if (session->header[0] == CLIENT_EXIT) {
        if (session->code < 0) session->code = (unsigned char)session->in[0];
        session->reading = false;
        leave_raw_mode(&session->terminal);
    } else if (session->header[0] == CLIENT_STDOUT || session->header[0] == CLIENT_STDERR) {
        session->in_start = 0;
        session->in_end = is_wanted(session) ? length : 0;
    }
    if (session->body_left == 0) session->header_length = 0;
}

static void take_socket(struct session *session) {
    bool header = session->header_length < CLIENT_HEADER_BYTES;
    void *to = header ? (char *)session->header + session->header_length : session->in;
    size_t most = header ? CLIENT_HEADER_BYTES - session->header_length : session->body_left;
    if (!header && most > sizeof session->in) most = sizeof session->in;
    ssize_t got = recv(session->socket, to, most, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        session->done = true;
    } else if (!header) {
        take_body(session, (size_t)got);
    } else {
        session->header_length += (size_t)got;
        if (session->header_length < CLIENT_HEADER_BYTES) return;
        session->body_left = body_length(session);
        if (session->body_left == 0) session->header_length = 0;
    }
}

/* After POLLOUT a pipe takes PIPE_BUF bytes without blocking; others share its flags. */
static void deliver(struct session *session) {
    size_t length = session->in_end - session->in_start;
    if (length > PIPE_BUF) length = PIPE_BUF;
    ssize_t written = write(output_of(session), session->in + session->in_start, length);
    if (written >= 0) session->in_start += (size_t)written;
    else if (errno != EINTR && errno != EAGAIN) finish(session, 128 + SIGPIPE);
}

static void run_loop(struct session *session) {
    while (!session->done) {
        bool delivering = session->in_start < session->in_end, sending = session->out_start < session->out_end;
        struct pollfd polled[POLLED] = {
            [POLL_INPUT] = {.fd = session->reading && !sending ? 0 : -1, .events = POLLIN},
            [POLL_SOCKET] = {.fd = delivering && !sending ? -1 : session->socket,
                             .events = (short)((delivering ? 0 : POLLIN) | (sending ? POLLOUT : 0))},
            [POLL_SIGNALS] = {.fd = session->signals, .events = POLLIN},
            [POLL_OUTPUT] = {.fd = delivering ? output_of(session) : -1, .events = POLLOUT},
        };
        if (poll(polled, POLLED, -1) < 0) continue;
        if (sending && polled[POLL_SOCKET].revents) send_out(session);
        if (!delivering && polled[POLL_SOCKET].revents & ~POLLOUT) take_socket(session);
        if (polled[POLL_OUTPUT].revents) deliver(session);
        if (polled[POLL_SIGNALS].revents) take_signal(session);
        if (polled[POLL_INPUT].revents) take_input(session);
    }
}

/* A monitor that had no time to tell us has written it down. */
static int recorded_code(const char *path) {
    char text[64] = "";
    int fd = path && *path ? open(path, O_RDONLY | O_CLOEXEC) : -1, number;
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (length > 0 && sscanf(text, "exit %d", &number) == 1) return number;
    if (length > 0 && sscanf(text, "signal %d", &number) == 1) return 128 + number;
    if (path && *path)
        fprintf(stderr, "nsbox: the container's monitor was killed; the next nsbox command takes the container over\n");
    else
        fprintf(stderr, "nsbox: who held the terminal of the process was killed, and the process with it\n");
    return EXIT_NSBOX;
}

int stay_attached(const struct attachment *attachment, int socket) {
    static struct session session;
    sigset_t set;
    wanted_signals(attachment, &set);
    session.how = attachment;
    session.socket = socket;
    session.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    session.reading = attachment->input;
    session.code = -1;
    if (attachment->terminal && attachment->input) enter_raw_mode(&session.terminal);
    if (attachment->input) send_now(&session, CLIENT_INPUT, NULL, 0);
    send_size(&session);
    run_loop(&session);
    leave_raw_mode(&session.terminal);
    return session.code >= 0 ? session.code : recorded_code(attachment->exit_path);
}
