/* Commands that need no planner, for an earlier one has left their program. */
#ifndef NSBOX_STORED_H
#define NSBOX_STORED_H

#include <stdbool.h>

#include "program.h"

/* Does what the words ask of nsbox-runtime, where the planner has left a program for it. Where this
 * gives false, the planner has to see to it; whatever was done until then it may do again. */
bool run_stored(char *const *words);

/* The value of the option `name` at *word, which then is at the option's last word; else NULL. */
const char *option_value(char *const **word, const char *name);

/* Not of a user namespace of somebody else's: he has his containers elsewhere. */
bool is_root_of_host(void);

bool read_stored_program(const char *path, struct program *program);

#endif
