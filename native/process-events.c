/* The kernel's process events: the connector of Documentation/driver-api/connector.rst, linux/cn_proc.h. Needs root. */
#include "addon.h"
#include "../bpf/layout.h"
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct order {
	struct nlmsghdr head;
	struct cn_msg message;
	enum proc_cn_mcast_op operation;
} __attribute__((packed, aligned(NLMSG_ALIGNTO)));

static int listen_to(int fd) {
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
	struct order order = {
	    .head = {.nlmsg_len = sizeof order, .nlmsg_type = NLMSG_DONE},
	    .message = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(enum proc_cn_mcast_op)},
	    .operation = PROC_CN_MCAST_LISTEN,
	};
	int room = 4 << 20;
	/* Beyond the limit of rmem_max with CAP_NET_ADMIN; without it as much as is allowed. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return errno;
	if (send(fd, &order, sizeof order, 0) < 0) return errno;
	return 0;
}

/* processEventsOpen() → a socket, non-blocking. */
static napi_value open_socket(napi_env env, napi_callback_info info) {
	(void)info;
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
	if (fd < 0) return throw_errno(env, errno, "socket(NETLINK_CONNECTOR)");
	int err = listen_to(fd);
	if (!err) return make_int(env, fd);
	close(fd);
	return throw_errno(env, err, "bind(NETLINK_CONNECTOR)");
}

/* Before each event. */
struct event_head {
	uint32_t length; /* in bytes, without the padding to 8 */
	uint32_t pad;
};
RECORD_BYTES(event_head, 8);
FIELD_AT(event_head, length, 0); FIELD_AT(event_head, pad, 4);
/* include/uapi/linux/cn_proc.h */
FIELD_AT(proc_event, what, 0); FIELD_AT(proc_event, cpu, 4); FIELD_AT(proc_event, timestamp_ns, 8);
FIELD_AT(proc_event, event_data.exec.process_pid, 16); FIELD_AT(proc_event, event_data.exec.process_tgid, 20);
FIELD_AT(proc_event, event_data.exit.process_pid, 16); FIELD_AT(proc_event, event_data.exit.process_tgid, 20);
FIELD_AT(proc_event, event_data.exit.exit_code, 24); FIELD_AT(proc_event, event_data.exit.exit_signal, 28);
FIELD_AT(proc_event, event_data.fork.parent_pid, 16); FIELD_AT(proc_event, event_data.fork.parent_tgid, 20);
FIELD_AT(proc_event, event_data.fork.child_pid, 24); FIELD_AT(proc_event, event_data.fork.child_tgid, 28);

#define ROOM (256 << 10)
#define MAX_MESSAGE 256

/*
 * processEventsRead(fd) → a Buffer with struct proc_event one after the other, each after a struct event_head and
 * padded to 8 bytes. ENOBUFS when the kernel had to drop some. Only the kernel's own messages count.
 */
static napi_value read_events(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t fd;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &fd)) return NULL;
	char *out = malloc(ROOM);
	size_t taken = 0;
	if (!out) return throw_errno(env, ENOMEM, "processEventsRead");
	while (taken + MAX_MESSAGE <= ROOM) {
		char bytes[MAX_MESSAGE] __attribute__((aligned(NLMSG_ALIGNTO)));
		struct sockaddr_nl from;
		socklen_t size = sizeof from;
		ssize_t got = recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &size);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
		if (got < 0) {
			int err = errno;
			free(out);
			return throw_errno(env, err, "recv(NETLINK_CONNECTOR)");
		}
		struct nlmsghdr *head = (struct nlmsghdr *)bytes;
		struct cn_msg *message = NLMSG_DATA(head);
		size_t before = NLMSG_HDRLEN + sizeof *message;
		if (from.nl_pid != 0 || (size_t)got < before || message->id.idx != CN_IDX_PROC) continue;
		uint32_t length = message->len;
		if (length > (size_t)got - before || length > MAX_MESSAGE - 16) continue;
		struct event_head before_event = {.length = length};
		uint32_t rounded = (length + sizeof before_event + 7) & ~7u;
		memset(out + taken, 0, rounded);
		memcpy(out + taken, &before_event, sizeof before_event);
		memcpy(out + taken + sizeof before_event, message->data, length);
		taken += rounded;
	}
	return make_buffer(env, out, taken);
}

void init_process_events(napi_env env, napi_value exports) {
	export_function(env, exports, "processEventsOpen", open_socket);
	export_function(env, exports, "processEventsRead", read_events);
}
