/* Many small files for the planner, which as a cold JVM takes long to open each of them. */
#ifndef NSBOX_GATHER_H
#define NSBOX_GATHER_H

#include "wire.h"

/* Answers `u32 most bytes of a file, string folder, u32 count, strings: names of files` with one frame. */
void gather(int channel, const struct frame *frame);

#endif
