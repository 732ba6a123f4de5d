#include "launching.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adopt.h"
#include "attach.h"
#include "monitor.h"
#include "operations.h"
#include "restart.h"
#include "sockets.h"
#include "watch.h"

#define EXIT_NSBOX 125

/* Who stays with a container. */
enum stay {
    STAY_ATTACHED = 0, /* the front: it is the monitor */
    STAY_DETACHED = 1, /* a fork of it is, and nobody sees that one */
    STAY_NOT = 2,      /* nobody: once it is made, it is its caller's */
    STAY_CLIENT = 3,   /* a fork of it is the monitor, and the front its first client */
};

_Noreturn void fail(const char *what, int error) {
    fprintf(stderr, "nsbox: %s: %s\n", what, strerror(error));
    exit(EXIT_NSBOX);
}

void send_outcome(int channel, struct failure failure) {
    struct writer w = {0};
    write_u32(&w, (uint32_t)failure.error);
    write_u32(&w, failure.section);
    write_u32(&w, failure.index);
    write_string(&w, failure.detail);
    /* A planner that is gone needs no answer; what was done stays done. */
    send_frame(channel, FRAME_OUTCOME, w.bytes, w.length);
    free(w.bytes);
}

void decode_or_fail(struct reader *r, struct program *program) {
    if (r->bad || !decode_program(r->at, r->left, program)) fail("the planner sent a malformed program", EBADMSG);
}

/* Cuts the monitor of a detached container off from whoever started it. */
static void detach(void) {
    setsid();
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || chdir("/") < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        fail("cannot detach", errno);
}

/* Ends what was begun of a container that did not come up. */
static struct failure give_up(struct context *context, const struct program *program, struct failure failure) {
    if (context->init_failure.error) failure = context->init_failure;
    monitor_abandon(&context->container);
    context->nothing_ran = context->container.pid <= 0;
    run_teardown(context, program);
    return failure;
}

/* Waits, and starts it again, in a context of its own; false if it is over. */
static bool started_again(struct context *context, const struct program *program) {
    struct watch *watch = context->watch;
    context->starts_again = true;
    run_teardown_between(context, program);
    context->starts_again = false;
    context->container.exited = false; /* it is recorded */
    clients_close(&watch->clients);
    /* A monitor without a recorded process waits to start it again. */
    if (watch->process_path) unlink(watch->process_path);
    if (!wait_for_restart(&watch->restart)) return false;
    context_close(context);
    context_init(context, program);
    context->watch = watch;
    if (run_section(context, program, SECTION_MONITOR).error == 0) return true;
    /* As it had ended, it stays. */
    context->nothing_ran = context->container.pid <= 0;
    monitor_abandon(&context->container);
    context->container.exited = false;
    return false;
}

/* Until its last end; `runs` is false where there was none after that before. */
static _Noreturn void watch_over(struct context *context, const struct program *program, bool attached, bool runs) {
    int code = 0;
    while (runs) {
        uint64_t start = now_milliseconds();
        code = monitor_container(context, attached);
        runs = is_restarted(&context->watch->restart, code, now_milliseconds() - start) &&
               started_again(context, program);
    }
    struct failure teardown = run_teardown(context, program);
    if (teardown.error)
        fprintf(stderr, "nsbox: clean-up step %u: %s; the next nsbox command repeats it\n",
                teardown.index + 1, strerror(teardown.error));
    exit(attached ? code : 0);
}

/* Above those that are kept for the container. */
static void copy_callers(int callers[3]) {
    for (int i = 0; i < 3; i++) {
        callers[i] = fcntl(i, F_DUPFD_CLOEXEC, 3);
        if (callers[i] < 0) fail("cannot keep the caller's streams", errno);
    }
}

/* Starts the container, says so on `channel`, and watches it; returns only if there is nothing to watch.
 * `client` is the other end of who was asked to start it, or -1; `callers` is NULL where we have the
 * caller's streams ourselves. */
static void launch(int channel, const struct program *program, enum stay stay, int client, const int callers[3],
                   unsigned kept) {
    if (stay != STAY_NOT) monitor_block_signals();
    struct watch watch;
    struct context context;
    watch_init(&watch);
    clients_add(&watch.clients, client, true);
    if (callers) memcpy(watch.callers, callers, sizeof watch.callers);
    context_init(&context, program);
    context.watch = &watch;
    /* Apart, the channel is the front's, which passes on one answer. */
    if (stay == STAY_ATTACHED || stay == STAY_NOT) context.planner_fd = channel;
    struct failure failure = run_section(&context, program, SECTION_WATCH);
    if (!failure.error) failure = run_section(&context, program, SECTION_MONITOR);
    if (failure.error) {
        send_outcome(channel, give_up(&context, program, failure));
        return;
    }
    send_outcome(channel, failure);
    if (stay == STAY_NOT) return;
    for (int i = 0; callers && i < 3 && !watch.passes_on; i++) close(callers[i]);
    context.planner_fd = -1;
    close(channel);
    if (kept > 0) syscall(SYS_close_range, 3u, 2u + kept, 0);
    watch_over(&context, program, stay == STAY_ATTACHED, true);
}

void launch_stored(const struct program *program) {
    sigset_t before;
    sigprocmask(SIG_SETMASK, NULL, &before);
    monitor_block_signals();
    struct watch watch;
    struct context context;
    watch_init(&watch);
    context_init(&context, program);
    context.watch = &watch;
    struct failure failure = run_section(&context, program, SECTION_MONITOR);
    if (!failure.error) watch_over(&context, program, true, true);
    give_up(&context, program, failure);
    context_close(&context);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Goes on for a monitor that was killed; where that waited to start its container again after an end with
 * `code`, with the wait. */
static void take_over(int channel, const struct program *program, bool waits, int code) {
    monitor_block_signals();
    struct watch watch;
    struct context context;
    watch_init(&watch);
    watch.takes_over = true;
    watch.waits = waits;
    context_init(&context, program);
    context.watch = &watch;
    struct failure failure = run_section(&context, program, SECTION_WATCH);
    if (!failure.error && !waits) failure.error = -reopen_container(&context);
    if (!failure.error && waits && !is_restarted(&watch.restart, code, 0)) failure.error = ECANCELED;
    send_outcome(channel, failure);
    if (failure.error) return;
    close(channel);
    /* Of streams that are made anew nothing was logged before. */
    if (waits) watch.takes_over = false;
    watch_over(&context, program, false, !waits || started_again(&context, program));
}

/* Passes on what a monitor that is not this process says; true if its container runs. One that gave up has let
 * go of all that it held by then. */
static bool pass_on(int channel, int answers, pid_t monitor) {
    struct frame answer;
    if (receive_frame(answers, &answer)) {
        send_outcome(channel, (struct failure){.error = EOWNERDEAD});
        return false;
    }
    struct reader r = {answer.payload, answer.length, false};
    bool good = answer.kind == FRAME_OUTCOME && read_u32(&r) == 0 && !r.bad;
    while (!good && waitpid(monitor, NULL, 0) < 0 && errno == EINTR) continue;
    send_frame(channel, answer.kind, answer.payload, answer.length);
    free(answer.payload);
    return good;
}

static void make_pair(int pair[2]) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) fail("cannot talk to a monitor", errno);
}

/* The front does nothing but carry bytes from here on. */
static _Noreturn void become_client(int channel, const struct attachment *attachment, int socket) {
    close(channel);
    exit(stay_attached(attachment, socket));
}

/* Starts a container whose monitor is not this process. `attachment` says how we stay with it, NULL that
 * we do not. */
static void launch_apart(int channel, const struct program *program, const struct attachment *attachment,
                         unsigned kept) {
    int answers[2], sockets[2] = {-1, -1};
    make_pair(answers);
    if (attachment) make_pair(sockets);
    sigset_t before;
    sigprocmask(SIG_SETMASK, NULL, &before);
    if (attachment) attachment_block_signals(attachment);
    pid_t monitor = fork();
    if (monitor < 0) fail("cannot start a monitor", errno);
    if (monitor == 0) {
        close(channel);
        close(answers[0]);
        if (attachment) close(sockets[0]);
        int callers[3];
        copy_callers(callers);
        detach();
        launch(answers[1], program, STAY_DETACHED, sockets[1], callers, kept);
        exit(EXIT_NSBOX);
    }
    close(answers[1]);
    if (attachment) close(sockets[1]);
    bool good = pass_on(channel, answers[0], monitor);
    close(answers[0]);
    if (!attachment) return;
    if (good) become_client(channel, attachment, sockets[0]);
    close(sockets[0]);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void launch_program(int channel, const struct frame *frame, unsigned kept) {
    struct reader r = {frame->payload, frame->length, false};
    enum stay stay = read_u8(&r);
    struct attachment attachment;
    if (stay == STAY_CLIENT) read_attachment(&r, &attachment);
    struct program program = {0};
    decode_or_fail(&r, &program);
    if (stay == STAY_DETACHED || stay == STAY_CLIENT) {
        launch_apart(channel, &program, stay == STAY_CLIENT ? &attachment : NULL, kept);
        return;
    }
    sigset_t before;
    sigprocmask(SIG_SETMASK, NULL, &before);
    launch(channel, &program, stay == STAY_NOT ? STAY_NOT : STAY_ATTACHED, -1, NULL, kept);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void adopt_container(int channel, const struct frame *frame, bool waits) {
    struct reader r = {frame->payload, frame->length, false};
    struct program program = {0};
    int code = waits ? read_u8(&r) : 0;
    if (!decode_program(r.at, r.left, &program)) {
        send_outcome(channel, (struct failure){.error = EBADMSG});
        return;
    }
    int answers[2];
    make_pair(answers);
    pid_t monitor = fork();
    if (monitor < 0) fail("cannot start a monitor", errno);
    if (monitor == 0) {
        close(channel);
        close(answers[0]);
        detach();
        take_over(answers[1], &program, waits, code);
        exit(EXIT_NSBOX);
    }
    close(answers[1]);
    pass_on(channel, answers[0], monitor);
    close(answers[0]);
}

void tear_down_container(int channel, const struct frame *frame) {
    struct reader r = {frame->payload, frame->length, false};
    struct program program = {0};
    if (!decode_program(r.at, r.left, &program)) {
        /* What was stored is damaged: that must not end a command that wants something else. */
        send_outcome(channel, (struct failure){.error = EBADMSG});
        return;
    }
    struct context context;
    context_init(&context, &program);
    send_outcome(channel, run_teardown_between(&context, &program));
}

void attach_to(int channel, const struct frame *frame) {
    struct reader r = {frame->payload, frame->length, false};
    size_t length;
    struct attachment attachment;
    const unsigned char *path = read_bytes(&r, &length);
    read_attachment(&r, &attachment);
    char *copy = path ? strndup((const char *)path, length) : NULL;
    if (!copy || r.bad || r.left) fail("the planner sent a malformed frame", EBADMSG);
    sigset_t before;
    sigprocmask(SIG_SETMASK, NULL, &before);
    attachment_block_signals(&attachment);
    int socket = connect_at(copy);
    free(copy);
    send_outcome(channel, (struct failure){.error = socket < 0 ? -socket : 0});
    if (socket >= 0) become_client(channel, &attachment, socket);
    sigprocmask(SIG_SETMASK, &before, NULL);
}
