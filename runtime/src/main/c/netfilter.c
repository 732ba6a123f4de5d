/* Transactions on our table of nf_tables.
 *
 * The kernel counts the transactions on all tables of a network namespace: its generation. The planner keeps a
 * file with the one that our last transaction made. As long as that is the kernel's, nobody has changed the
 * table, and it has all that it was told. A transaction may name the generation that it expects; so what the
 * file says is never the work of somebody else.
 *
 * See Documentation/networking/netlink_spec/nftables in the kernel's sources for the messages. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "netlink.h"
#include "operations.h"

#define NO_GENERATION UINT32_MAX
#define TRIES 1000

struct message {
    struct nlmsghdr header;
    struct nfgenmsg body;
    struct nlattr attribute;
    uint32_t value;
};

struct table {
    int fd;
    int file;         /* the generation that we know, locked */
    uint32_t known;   /* what it says, or NO_GENERATION */
    uint32_t current; /* the kernel's */
};

static void begin_message(struct message *message, uint16_t type) {
    *message = (struct message){.header = {.nlmsg_len = NLMSG_LENGTH(sizeof message->body), .nlmsg_type = type,
                                           .nlmsg_flags = NLM_F_REQUEST},
                                .body = {.version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES)}};
}

static int read_current(struct table *table, char *detail, size_t size) {
    struct message request;
    begin_message(&request, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN);
    request.body.res_id = 0;
    if (send(table->fd, &request, request.header.nlmsg_len, 0) < 0) return -errno;
    _Alignas(struct nlmsghdr) char reply[1024];
    ssize_t length = recv(table->fd, reply, sizeof reply, 0);
    if (length < 0) return -errno;
    const struct nlmsghdr *header = (void *)reply;
    size_t left = (size_t)length;
    if (!NLMSG_OK(header, left)) return -EBADMSG;
    if (header->nlmsg_type == NLMSG_ERROR) {
        int error = ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
        snprintf(detail, size, "the kernel has no nf_tables: %s", strerror(-error));
        return error ? error : -EBADMSG;
    }
    const struct message *answer = (const void *)header;
    if (header->nlmsg_len < sizeof *answer || answer->attribute.nla_type != NFTA_GEN_ID) return -EBADMSG;
    table->current = ntohl(answer->value);
    return 0;
}

static int open_table(struct table *table, const char *path, char *detail, size_t size) {
    char text[16] = {0};
    *table = (struct table){.fd = -1, .known = NO_GENERATION};
    table->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (table->file < 0) return -errno;
    if (flock(table->file, LOCK_EX) < 0) return -errno;
    if (read(table->file, text, sizeof text - 1) > 0) table->known = (uint32_t)strtoul(text, NULL, 10);
    table->fd = netlink_open(NETLINK_NETFILTER);
    return table->fd < 0 ? table->fd : read_current(table, detail, size);
}

static void close_table(struct table *table) {
    if (table->fd >= 0) close(table->fd);
    if (table->file >= 0) close(table->file);
}

static void write_known(struct table *table, uint32_t generation) {
    char text[16];
    int length = snprintf(text, sizeof text, "%u\n", generation);
    /* Where it cannot be written, the next command puts the table in order once more. */
    if (ftruncate(table->file, 0) == 0 && pwrite(table->file, text, (size_t)length, 0) == length)
        table->known = generation;
}

/* One transaction, which the kernel makes as a whole or not at all. */
static int commit(struct table *table, const char *requests, size_t length, char *detail, size_t size) {
    struct message begin, end;
    begin_message(&begin, NFNL_MSG_BATCH_BEGIN);
    begin_message(&end, NFNL_MSG_BATCH_END);
    begin.attribute = (struct nlattr){.nla_len = NLA_HDRLEN + sizeof begin.value, .nla_type = NFNL_BATCH_GENID};
    begin.value = htonl(table->current);
    begin.header.nlmsg_len = sizeof begin;
    struct iovec parts[] = {{&begin, begin.header.nlmsg_len},
                            {(void *)requests, length},
                            {&end, end.header.nlmsg_len}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    int bytes = (int)length + 4096;
    setsockopt(table->fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes);
    setsockopt(table->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
    if (sendmsg(table->fd, &message, 0) < 0) return -errno;
    return netlink_first_error(table->fd, detail, size);
}

/* A transaction that changes nothing makes no generation: then the kernel's is still the one before. */
static int note_ours(struct table *table, char *detail, size_t size) {
    uint32_t before = table->current;
    int error = read_current(table, detail, size);
    if (!error && table->current - before <= 1) write_known(table, table->current);
    return error;
}

/* Others may change their tables meanwhile. */
static int commit_somehow(struct table *table, const char *requests, size_t length, bool *alone, char *detail,
                          size_t size) {
    *alone = true;
    for (int i = 0; i < TRIES; i++) {
        detail[0] = 0;
        int error = commit(table, requests, length, detail, size);
        if (error != -ERESTART) return error;
        uint32_t before = table->current;
        error = read_current(table, detail, size);
        if (error) return error;
        if (table->current != before) *alone = false;
    }
    return -EBUSY;
}

int op_netfilter(struct context *context, const struct argument *argument) {
    struct table table;
    const char *marker = argument[2].bytes;
    uint64_t when = argument[3].number;
    int error = open_table(&table, argument[1].bytes, context->detail, sizeof context->detail);
    bool intact = table.known == table.current || table.known == NO_GENERATION;
    bool there = when == FILTER_UNLESS_THERE && table.known == table.current && access(marker, F_OK) == 0;
    if (!error && !there) {
        bool alone;
        error = commit_somehow(&table, argument[0].bytes, argument[0].length, &alone, context->detail,
                               sizeof context->detail);
        /* The table is gone, or what was ours leads elsewhere by now. */
        bool gone = when == FILTER_TAKE_OUT && (error == -ENOENT || error == -EEXIST);
        if (gone) error = 0;
        if (!error && !gone && (when == FILTER_REPAIR || (intact && alone)))
            error = note_ours(&table, context->detail, sizeof context->detail);
        if (!error && *marker) {
            int fd = open(marker, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
            if (fd < 0) error = -errno;
            else close(fd);
        }
    }
    close_table(&table);
    return error;
}

int op_check_filter(struct context *context, const struct argument *argument) {
    struct table table;
    if (access(argument[0].bytes, F_OK) < 0) return 0;
    int error = open_table(&table, argument[0].bytes, context->detail, sizeof context->detail);
    if (!error && table.known != table.current) error = -ESTALE;
    close_table(&table);
    return error;
}
