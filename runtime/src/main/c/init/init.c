/* nsbox-init: the first process of a container that is run with --init.
 *
 * The kernel gives PID 1 every process that loses its parent, and keeps from it every signal that it does not handle.
 * Most programs know nothing of either. So this one starts the command, passes on to it what signals come, reaps
 * whatever ends, and ends as the command does. It is bound into the container, so it is static and needs nothing. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FAILED = 125, NOT_EXECUTABLE = 126, NOT_FOUND = 127, SIGNALLED = 128 };

/* The command gets a process group, and with it the terminal: else who types ^C would reach this process alone, and
 * a shell in there could not hand the terminal on. Without a terminal that fails, and nothing is lost. */
static void run(char **words, const sigset_t *mask) {
    setpgid(0, 0);
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    signal(SIGTTOU, SIG_DFL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(words[0], words);
    int error = errno;
    fprintf(stderr, "nsbox-init: cannot run %s: %s\n", words[0], strerror(error));
    _exit(error == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}

/* All that have ended; returns the command's exit code if it is among them, else -1. */
static int reap(pid_t command) {
    int code = -1;
    int status;
    for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (ended == command) {
            code = WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
        }
    }
    return code;
}

/* Until the command has ended. What concerns the terminal goes by its process group, and faults of this process are
 * its own. */
static int pass_on(pid_t command, const sigset_t *all) {
    for (;;) {
        int number = sigwaitinfo(all, NULL);
        if (number == SIGCHLD) {
            int code = reap(command);
            if (code >= 0) {
                return code;
            }
        } else if (number > 0 && number != SIGTTIN && number != SIGTTOU && number != SIGTSTP) {
            /* It may have ended a moment ago. */
            kill(command, number);
        }
    }
}

int main(int count, char **words) {
    int first = count > 1 && strcmp(words[1], "--") == 0 ? 2 : 1;
    if (first >= count) {
        fprintf(stderr, "usage: nsbox-init [--] COMMAND [ARG...]\n");
        return FAILED;
    }
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) {
        sigdelset(&all, faults[i]);
    }
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t command = fork();
    if (command < 0) {
        fprintf(stderr, "nsbox-init: cannot start a process: %s\n", strerror(errno));
        return FAILED;
    }
    if (command == 0) {
        run(words + first, &before);
    }
    return pass_on(command, &all);
}
