#ifndef NSBOX_INHERIT_H
#define NSBOX_INHERIT_H

#include <stdbool.h>

/* What we end with where it is we who failed, and not the container. */
#define EXIT_NSBOX 125

/* Whether we were called as nsbox-runtime. */
bool is_runtime(char *const *words);

/* Makes up for what a caller closed or ignored; ends the process where it cannot. */
void mend_inheritance(void);

/* Marks all descriptors from 3 on to close with the next execve, but those that a container is to get.
 * Gives how many these are; ends the process where one is missing. */
unsigned keep_descriptors(char *const *words);

#endif
