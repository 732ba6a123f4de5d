#include "gather.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launching.h"

#define MOST_FILES 8
#define MOST_FILE_BYTES 65536
#define ABSENT UINT32_MAX

struct wanted {
    char *folder;
    char *files[MOST_FILES];
    uint32_t count, most;
};

static char *read_text(struct reader *r) {
    size_t length;
    const unsigned char *bytes = read_bytes(r, &length);
    char *text = bytes ? strndup((const char *)bytes, length) : NULL;
    if (!text) r->bad = true;
    return text;
}

static bool read_wanted(const struct frame *frame, struct wanted *wanted) {
    struct reader r = {frame->payload, frame->length, false};
    wanted->most = read_u32(&r);
    wanted->folder = read_text(&r);
    wanted->count = read_u32(&r);
    if (wanted->count > MOST_FILES || wanted->most > MOST_FILE_BYTES) return false;
    for (uint32_t i = 0; i < wanted->count; i++) wanted->files[i] = read_text(&r);
    return !r.bad && !r.left;
}

static void write_file(struct writer *w, int folder, const char *name, uint32_t most) {
    char bytes[MOST_FILE_BYTES];
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t length = fd < 0 ? -1 : read(fd, bytes, most);
    if (fd >= 0) close(fd);
    if (length < 0) write_u32(w, ABSENT);
    else write_bytes(w, bytes, (size_t)length);
}

static void write_entry(struct writer *w, int parent, const char *name, const struct wanted *wanted) {
    int folder = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    write_string(w, name);
    for (uint32_t i = 0; i < wanted->count; i++) {
        if (folder < 0) write_u32(w, ABSENT);
        else write_file(w, folder, wanted->files[i], wanted->most);
    }
    if (folder >= 0) close(folder);
}

/* False where it is more than a frame holds; names with a dot first are nobody's. */
static bool write_entries(struct writer *w, const struct wanted *wanted) {
    DIR *folder = opendir(wanted->folder);
    size_t entry = 1024 + wanted->count * (wanted->most + sizeof(uint32_t));
    bool fits = true;
    if (!folder) return errno == ENOENT;
    for (struct dirent *next; fits && (next = readdir(folder));) {
        if (next->d_name[0] == '.') continue;
        fits = w->length + entry < WIRE_MAX_BYTES;
        if (fits) write_entry(w, dirfd(folder), next->d_name, wanted);
    }
    closedir(folder);
    return fits;
}

void gather(int channel, const struct frame *frame) {
    struct wanted wanted = {0};
    if (!read_wanted(frame, &wanted)) fail("the planner sent a malformed frame", EBADMSG);
    struct writer w = {0};
    write_u8(&w, 1);
    if (!write_entries(&w, &wanted)) {
        w.length = 0;
        write_u8(&w, 0);
    }
    if (send_frame(channel, FRAME_GATHERED, w.bytes, w.length)) fail("cannot talk to the planner", EPIPE);
    for (uint32_t i = 0; i < wanted.count; i++) free(wanted.files[i]);
    free(wanted.folder);
    free(w.bytes);
}
