#include "status.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "operations.h"

union control {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

int send_descriptor(int channel, const void *bytes, size_t length, int descriptor) {
    union control control = {{0}};
    struct iovec iov = {(void *)bytes, length};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    return sendmsg(channel, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int send_message(int channel, const struct message *message, int descriptor) {
    return send_descriptor(channel, message, sizeof *message, descriptor);
}

ssize_t receive_message(int channel, struct message *received, int *descriptor) {
    union control control;
    struct iovec iov = {received, sizeof *received};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    *descriptor = -1;
    ssize_t length;
    do length = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
    while (length < 0 && errno == EINTR);
    if (length < 0) return errno == ECONNRESET ? 0 : -errno;
    struct cmsghdr *header = length > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(descriptor, CMSG_DATA(header), sizeof(int));
    return length == 0 || length == (ssize_t)sizeof *received ? length : -EBADMSG;
}

int await_go_on(struct context *context) {
    struct message answer;
    int unexpected;
    ssize_t length = receive_message(context->status_fd, &answer, &unexpected);
    if (unexpected >= 0) close(unexpected);
    if (length < 0) return (int)length;
    return length > 0 && answer.kind == MESSAGE_GO_ON ? 0 : -EOWNERDEAD;
}

int wait_for_monitor(struct context *context, const struct message *message, int descriptor) {
    int error = send_message(context->status_fd, message, descriptor);
    return error ? error : await_go_on(context);
}
