/* What happens to a container, a line of JSON each, as nsbox.engine.Events writes them. */
#ifndef NSBOX_EVENTS_H
#define NSBOX_EVENTS_H

/* When the instruction `event` records something. */
enum {
    EVENT_ALWAYS = 0,
    EVENT_END = 1,          /* once a container that was up has ended, and with its exit code */
    EVENT_WANT_OF_MEMORY = 2, /* as well, where the kernel killed for want of memory */
};

/* What is known before it happens. */
struct event {
    const char *path;
    const char *text;    /* members, the last of them the attributes, open, with something in them */
    const char *name;    /* of the container */
    const char *renamed; /* path of a file that has the name that it got since */
};

/* 0 or -errno. `attributes` are further ones, each after a comma. */
int record_event(const struct event *event, const char *action, const char *attributes);

#endif
