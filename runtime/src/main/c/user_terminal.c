#include "user_terminal.h"

#include <unistd.h>

void enter_raw_mode(struct user_terminal *terminal) {
    /* In the background the terminal is somebody else's. */
    if (!isatty(0) || tcgetpgrp(0) != getpgrp() || tcgetattr(0, &terminal->saved) < 0) return;
    struct termios raw = terminal->saved;
    cfmakeraw(&raw);
    terminal->raw = tcsetattr(0, TCSANOW, &raw) == 0;
}

void leave_raw_mode(struct user_terminal *terminal) {
    if (terminal->raw) tcsetattr(0, TCSANOW, &terminal->saved);
    terminal->raw = false;
}

bool terminal_size(struct winsize *size) {
    for (int fd = 0; fd <= 2; fd++)
        if (ioctl(fd, TIOCGWINSZ, size) == 0) return true;
    return false;
}
