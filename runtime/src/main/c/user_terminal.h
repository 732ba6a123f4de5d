/* The terminal that the user sits at. */
#ifndef NSBOX_USER_TERMINAL_H
#define NSBOX_USER_TERMINAL_H

#include <stdbool.h>
#include <sys/ioctl.h>
#include <termios.h>

struct user_terminal {
    bool raw; /* we have put it into raw mode */
    struct termios saved;
};

/* Lets every key through, if standard input is a terminal and we are in its foreground. */
void enter_raw_mode(struct user_terminal *terminal);

void leave_raw_mode(struct user_terminal *terminal);

/* Its size, whichever of our streams it is; false where none is one. */
bool terminal_size(struct winsize *size);

#endif
