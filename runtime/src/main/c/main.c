/* nsbox: the program that users call.
 *
 * It starts the planner (a JVM), hands it the invocation, and does what the planner says until the
 * planner is done: print, run short programs, or launch a container. After a launch in the
 * foreground this process is the container's monitor, and the planner is gone. PROTOCOL.md has the
 * whole conversation.
 *
 * The process that becomes a container is forked from this one, so while it still runs our code the
 * container can see our binary as /proc/self/exe. Therefore, while the JVM starts, we move into a
 * sealed copy in memory that nobody can write to (CVE-2019-5736). */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gather.h"
#include "inherit.h"
#include "launching.h"
#include "operations.h"
#include "stored.h"
#include "stored_exec.h"
#include "watch.h"
#include "wire.h"

extern char **environ;

#define COMMAND_FILE "@lib/args/"
#define MAX_COMMAND 16
/* MFD_EXEC, which older headers lack: the sysctl vm.memfd_noexec takes it away from who does not ask. */
#define MFD_EXECUTABLE 0x10u
/* As src/build/assemble of the cli module sets it. */
#define JAR_TIME 1767225600
/* "SOCKET PLANNER-PID KEPT-DESCRIPTORS HOME", from us to our sealed copy; the socket is -1 where there is
 * no planner yet. */
#define SEALED "NSBOX_SEALED"

/* The folder that bin/nsbox stands in, two levels up. */
static void find_home(char *home, size_t size) {
    ssize_t length = readlink("/proc/self/exe", home, size - 1);
    if (length < 0) fail("cannot find my own file (is /proc mounted?)", errno);
    home[length] = 0;
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(home, '/');
        if (!slash) fail("cannot find my own folder", ENOENT);
        *slash = 0;
    }
}

/* The JVM takes its AOT cache only beside a jar with the time that the cache was trained with, which
 * most ways of copying a folder lose. Where it cannot be restored the planner starts slower, and
 * that is all. */
static void restore_jar_times(const char *home) {
    static const char *const jars[] = {"nsbox.jar", "libraries.jar"};
    for (size_t i = 0; i < sizeof jars / sizeof *jars; i++) {
        char path[4096 + 32];
        struct stat status;
        snprintf(path, sizeof path, "%s/lib/%s", home, jars[i]);
        if (stat(path, &status) < 0 || status.st_mtime == JAR_TIME) continue;
        struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = JAR_TIME}};
        utimensat(AT_FDCWD, path, times, 0);
    }
}

/* Some commands have a way of their own to start the JVM, with other classes at hand: the file
 * lib/args/COMMAND, and lib/args/runtime for all of nsbox-runtime. The first word that is no option is
 * taken for the command. Where it is the value of an option instead, there is no such file, and the
 * JVM starts as ever. */
static void command_arguments(char *const *words, char *file) {
    if (is_runtime(words)) {
        strcpy(file, COMMAND_FILE "runtime");
        return;
    }
    char *const *word = words + 1;
    while (word[-1] && *word && **word == '-') word++;
    size_t length = word[-1] && *word ? strspn(*word, "abcdefghijklmnopqrstuvwxyz") : 0;
    if (length == 0 || length > MAX_COMMAND || (*word)[length]) length = 0;
    file[0] = 0;
    if (length) snprintf(file, sizeof COMMAND_FILE + MAX_COMMAND, COMMAND_FILE "%s", *word);
}

/* The planner's standard input and output are the channel; its standard error stays ours, for what
 * a JVM says when it cannot even start. It gets none of our environment: a user's JAVA_TOOL_OPTIONS
 * is not for us. */
static pid_t start_planner(const char *home, int channel, char *const *words) {
    char file[sizeof COMMAND_FILE + MAX_COMMAND];
    command_arguments(words, file);
    pid_t pid = vfork();
    if (pid != 0) return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC); /* also what is kept for a container */
    if (dup2(channel, 0) < 0 || dup2(channel, 1) < 0 || chdir(home) < 0) _exit(EXIT_NSBOX);
    char *const arguments[] = {
        "nsbox-planner", file[0] && access(file + 1, R_OK) == 0 ? file : "@lib/planner.args", NULL};
    char *const environment[] = {"LC_ALL=C.UTF-8", NULL};
    execve("lib/jvm/bin/java", arguments, environment);
    dprintf(2, "nsbox: cannot start the planner %s/lib/jvm/bin/java: %s\n", home, strerror(errno));
    _exit(EXIT_NSBOX);
}

static void write_strings(struct writer *w, char *const *strings) {
    uint32_t count = 0;
    while (strings[count]) count++;
    write_u32(w, count);
    for (uint32_t i = 0; i < count; i++) write_string(w, strings[i]);
}

static void send_invocation(int channel, const char *home, char **arguments, unsigned kept) {
    struct writer w = {0};
    char *directory = getcwd(NULL, 0);
    struct winsize size = {0};
    for (int fd = 2; fd >= 0; fd--) ioctl(fd, TIOCGWINSZ, &size);
    write_strings(&w, arguments);
    write_strings(&w, environ);
    write_string(&w, directory ? directory : "");
    write_string(&w, home);
    write_u32(&w, (uint32_t)getpid());
    write_u64(&w, start_time(getpid()));
    write_u32(&w, geteuid());
    write_u8(&w, (uint8_t)(isatty(0) | isatty(1) << 1 | isatty(2) << 2));
    write_u32(&w, size.ws_row);
    write_u32(&w, size.ws_col);
    write_u32(&w, kept);
    int error = -send_frame(channel, FRAME_INVOCATION, w.bytes, w.length);
    /* Of a planner that is gone already we learn more by waiting for its answer. */
    if (error && error != EPIPE && error != ECONNRESET) fail("cannot talk to the planner", error);
    free(directory);
    free(w.bytes);
}

/* Continues as the sealed copy; returns only where the kernel cannot make one. */
static void become_sealed(int channel, pid_t planner, unsigned kept, const char *home, char **arguments) {
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int copy = (int)syscall(SYS_memfd_create, "nsbox", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXECUTABLE);
    if (copy < 0 && errno == EINVAL) /* Linux before 6.3 */
        copy = (int)syscall(SYS_memfd_create, "nsbox", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    struct stat status;
    if (self < 0 || copy < 0 || fstat(self, &status) < 0) fail("cannot copy myself to memory", errno);
    while (status.st_size > 0) {
        ssize_t sent = sendfile(copy, self, NULL, (size_t)status.st_size);
        if (sent <= 0) fail("cannot copy myself to memory", sent < 0 ? errno : EIO);
        status.st_size -= sent;
    }
    close(self);
    if (fcntl(copy, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        fail("cannot seal my copy in memory", errno);
    char state[64 + 4096];
    snprintf(state, sizeof state, "%d %d %u %s", channel, planner, kept, home);
    if (setenv(SEALED, state, 1) < 0 || (channel >= 0 && fcntl(channel, F_SETFD, 0) < 0)) fail("cannot go on", errno);
    syscall(SYS_execveat, copy, "", arguments, environ, AT_EMPTY_PATH);
    fail("cannot run my copy in memory", errno);
}

/* Descriptors from 3 on that the caller keeps open for the container. */
static unsigned kept_descriptors;

static void run_program(int channel, const struct frame *frame) {
    struct program program = {0};
    struct reader r = {frame->payload, frame->length, false};
    decode_or_fail(&r, &program);
    struct context context;
    struct watch watch;
    watch_init(&watch);
    context_init(&context, &program);
    context.watch = &watch;
    struct failure failure = run_section(&context, &program, SECTION_MONITOR);
    struct failure teardown = run_teardown(&context, &program);
    send_outcome(channel, teardown.error && !failure.error ? teardown : failure);
}

static void answer_stdin(int channel, const struct frame *frame) {
    struct reader r = {frame->payload, frame->length, false};
    size_t wanted = read_u32(&r);
    char bytes[65536];
    if (wanted > sizeof bytes) wanted = sizeof bytes;
    ssize_t got;
    do got = read(0, bytes, wanted);
    while (got < 0 && errno == EINTR);
    if (got < 0) fail("cannot read standard input", errno);
    if (send_frame(channel, FRAME_STDIN, bytes, (size_t)got)) fail("cannot talk to the planner", EPIPE);
}

static _Noreturn void planner_gone(pid_t planner) {
    int status;
    if (waitpid(planner, &status, 0) < 0) fail("the planner is gone", errno);
    if (WIFSIGNALED(status))
        fprintf(stderr, "nsbox: the planner was killed by signal %d; what it had begun is put in order by the next command\n", WTERMSIG(status));
    else if (WEXITSTATUS(status) != EXIT_NSBOX)
        fprintf(stderr, "nsbox: the planner ended with code %d before it was done\n", WEXITSTATUS(status));
    exit(EXIT_NSBOX);
}

static _Noreturn void converse(int channel, pid_t planner) {
    for (;;) {
        struct frame frame;
        if (receive_frame(channel, &frame)) planner_gone(planner);
        switch (frame.kind) {
            case FRAME_STDOUT:
            case FRAME_STDERR: {
                int error = -write_all(frame.kind == FRAME_STDOUT ? 1 : 2, frame.payload, frame.length);
                if (error && frame.kind == FRAME_STDOUT) fail("cannot write to standard output", error);
                break;
            }
            case FRAME_READ_STDIN:
                answer_stdin(channel, &frame);
                break;
            case FRAME_RUN:
                run_program(channel, &frame);
                break;
            case FRAME_LAUNCH:
                launch_program(channel, &frame, kept_descriptors);
                break;
            case FRAME_ATTACH:
                attach_to(channel, &frame);
                break;
            case FRAME_ADOPT:
            case FRAME_RESUME:
                adopt_container(channel, &frame, frame.kind == FRAME_RESUME);
                break;
            case FRAME_TEAR_DOWN:
                tear_down_container(channel, &frame);
                break;
            case FRAME_GATHER:
                gather(channel, &frame);
                break;
            case FRAME_EXIT:
                exit(frame.length == 1 ? frame.payload[0] : EXIT_NSBOX);
            default:
                fail("the planner sent an unknown frame", EBADMSG);
        }
        free(frame.payload);
    }
}

/* The variable alone could be anybody's; only our copy is sealed. */
static bool is_sealed(void) {
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (self < 0) return false;
    int seals = fcntl(self, F_GET_SEALS);
    close(self);
    return seals > 0 && (seals & F_SEAL_WRITE);
}

/* Starts a planner and tells it what the user wants. */
static pid_t call_planner(const char *home, char **arguments, unsigned kept, int *channel) {
    int channels[2];
    restore_jar_times(home);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channels) < 0) fail("cannot talk to a planner", errno);
    pid_t pid = start_planner(home, channels[1], arguments);
    if (pid < 0) fail("cannot start the planner", errno);
    close(channels[1]);
    send_invocation(channels[0], home, arguments, kept);
    *channel = channels[0];
    return pid;
}

/* As the copy in memory, which a container may see. */
static _Noreturn void go_on_sealed(const char *state, char **arguments) {
    int channel, planner, length = 0;
    char home[4096];
    if (sscanf(state, "%d %d %u %n", &channel, &planner, &kept_descriptors, &length) != 3
        || (size_t)snprintf(home, sizeof home, "%s", state + length) >= sizeof home) fail("cannot go on", EBADMSG);
    unsetenv(SEALED);
    prctl(PR_SET_NAME, "nsbox");
    if (channel >= 0) {
        fcntl(channel, F_SETFD, FD_CLOEXEC);
        converse(channel, planner);
    }
    struct program program = {0};
    if (find_stored_exec(arguments, &program)) launch_stored(&program);
    planner = call_planner(home, arguments, kept_descriptors, &channel);
    converse(channel, planner);
}

int main(int count, char **arguments) {
    (void)count;
    const char *sealed = getenv(SEALED);
    if (sealed && is_sealed()) go_on_sealed(sealed, arguments);
    mend_inheritance();
    /* What a caller left open is not for the JVM, the monitor or the container. */
    unsigned kept = keep_descriptors(arguments);
    if (run_stored(arguments)) return 0;
    char home[4096];
    find_home(home, sizeof home);
    struct program program = {0};
    int channel = -1;
    pid_t planner = 0;
    if (kept > 0 || !find_stored_exec(arguments, &program)) planner = call_planner(home, arguments, kept, &channel);
    become_sealed(channel, planner, kept, home, arguments);
}
