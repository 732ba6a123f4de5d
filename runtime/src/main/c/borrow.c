/* Copies of mounts that stand in another process's mount namespace.
 *
 * open_tree(2) copies only what stands in its caller's own namespace, so somebody has to go there. That is
 * a child, for who comes back from another mount namespace has lost its own root and working directory.
 * It shares our descriptors, and so the copy is ours. It executes nothing there, and nobody there may look
 * into it; the path that it opens leads neither out of that process's root nor through our descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mounts.h"

static int copy_there(int process, const char *path) {
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || setns(process, CLONE_NEWNS) < 0) return -errno;
    struct context there = {.root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (there.root_fd < 0) return -errno;
    int place = open_at(&there, path, O_PATH);
    int mount = place < 0 ? place : clone_mount(place, "", false);
    if (place >= 0) close(place);
    close(there.root_fd);
    return mount;
}

static int copy_by_child(int process, const char *path) {
    int *answer = mmap(NULL, sizeof *answer, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (answer == MAP_FAILED) return -errno;
    *answer = -ECHILD; /* stays if the child is killed */
    struct clone_args clone = {.flags = CLONE_FILES};
    pid_t child = (pid_t)syscall(SYS_clone3, &clone, sizeof clone);
    if (child == 0) {
        *answer = copy_there(process, path);
        _exit(0);
    }
    int mount = child < 0 ? -errno : 0;
    if (child > 0) {
        while (waitpid(child, NULL, __WALL) < 0 && errno == EINTR) {
        }
        mount = *answer;
    }
    munmap(answer, sizeof *answer);
    return mount;
}

int borrow_mount(uint64_t pid, uint64_t started, const char *path) {
    int process = open_process(pid, started);
    if (process < 0) return process;
    int mount = copy_by_child(process, path);
    close(process);
    if (mount < 0) return mount;
    int error = change_mount(mount, false, (struct mount_attr){.propagation = MS_PRIVATE});
    if (!error) return mount;
    close(mount);
    return error;
}

int op_mount_of(struct context *context, const struct argument *argument) {
    (void)context;
    int mount = borrow_mount(argument[0].number, argument[1].number, argument[2].bytes);
    int target = open(argument[3].bytes, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return attach_and_close(mount, target < 0 ? -errno : target);
}
