/* The program of nsbox's own image: shows what a container is from inside. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

static void print_line(const char *name, const char *value) { printf("  %-12s %s\n", name, value); }

static void print_mounts(void) {
    FILE *mounts = fopen("/proc/self/mounts", "r");
    if (!mounts) return;
    printf("\nMounts, all of them made for me alone:\n");
    char source[256], target[256], type[64];
    while (fscanf(mounts, "%255s %255s %63s %*[^\n]", source, target, type) == 3)
        printf("  %-12s %s\n", type, target);
    fclose(mounts);
}

static void print_namespaces(void) {
    printf("\nNamespaces:\n");
    static const char *const names[] = {"mnt", "pid", "net", "uts", "ipc", "cgroup", "user", "time"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64], target[64];
        snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length < 0) continue;
        target[length] = 0;
        print_line(names[i], target);
    }
}

static void print_limit(const char *name, int resource) {
    struct rlimit limit;
    char text[64];
    if (getrlimit(resource, &limit) < 0) return;
    if (limit.rlim_cur == RLIM_INFINITY)
        snprintf(text, sizeof text, "unlimited");
    else
        snprintf(text, sizeof text, "%llu", (unsigned long long)limit.rlim_cur);
    print_line(name, text);
}

/* The first line of a file that starts with `key`, without it; "" for the first line of all. */
static void print_from_file(const char *name, const char *path, const char *key) {
    FILE *file = fopen(path, "r");
    char line[512];
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, key, strlen(key)) != 0) continue;
        line[strcspn(line, "\n")] = 0;
        const char *value = line + strlen(key);
        print_line(name, value + strspn(value, " \t"));
        break;
    }
    if (file) fclose(file);
}

static void print_cgroup_limit(void) {
    static const char *const files[] = {"/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) print_from_file("processes", files[i], "");
}

static int count_processes(void) {
    DIR *proc = opendir("/proc");
    int count = 0;
    struct dirent *entry;
    while (proc && (entry = readdir(proc))) count += entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
    if (proc) closedir(proc);
    return count;
}

int main(void) {
    struct utsname system;
    char text[256];
    uname(&system);
    printf("Hello from a container that nsbox made.\n\n");
    snprintf(text, sizeof text, "%d, of %d that I can see", getpid(), count_processes());
    print_line("PID", text);
    print_line("hostname", system.nodename);
    snprintf(text, sizeof text, "%d:%d", getuid(), getgid());
    print_line("user", text);
    snprintf(text, sizeof text, "%s %s, the host's", system.sysname, system.release);
    print_line("kernel", text);
    print_mounts();
    print_namespaces();
    printf("\nLimits:\n");
    print_cgroup_limit();
    print_limit("open files", RLIMIT_NOFILE);
    print_from_file("capabilities", "/proc/self/status", "CapEff:");
    print_from_file("seccomp", "/proc/self/status", "Seccomp:");
    printf("\nNext: import an image and run it.\n"
           "  nsbox import DIR      an OCI image layout\n"
           "  nsbox run -it NAME sh\n"
           "  nsbox run --explain hello    how this container came to be, step by step\n");
    return 0;
}
