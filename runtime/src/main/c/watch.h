/* What a monitor does beside its container: set up by the section `watch`, and kept from one run of the
 * container to the next. */
#ifndef NSBOX_WATCH_H
#define NSBOX_WATCH_H

#include "log.h"

struct watch {
    struct log log;
};

void watch_init(struct watch *watch);

#endif
