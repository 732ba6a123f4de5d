#ifndef NSBOX_STORED_H
#define NSBOX_STORED_H

#include <stdbool.h>

/* Does what the words ask of nsbox-runtime, where the planner has left a program for it. Where this
 * gives false, the planner has to see to it; whatever was done until then it may do again. */
bool run_stored(char *const *words);

#endif
