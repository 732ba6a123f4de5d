/* `nsbox exec` without a planner. */
#ifndef NSBOX_STORED_EXEC_H
#define NSBOX_STORED_EXEC_H

#include "program.h"

/* The program of a further process, as the words ask for it: true where all of that is plain, the container
 * runs, and the planner has left a program for it. */
bool find_stored_exec(char *const *words, struct program *program);

#endif
