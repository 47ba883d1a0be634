/*
 * Changes of links in other network namespaces: rtnetlink(7) by a socket that lies in none of them, since a socket keeps its
 * namespace alive. It lies in a network namespace of nscope's own, made for it, and hears all those that have a number there:
 * NETLINK_LISTEN_ALL_NSID, Linux 4.2.
 */
#include "addon.h"
#include "../bpf/layout.h"
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef NETLINK_LISTEN_ALL_NSID
#define NETLINK_LISTEN_ALL_NSID 8
#endif

struct opening {
	bool apart; /* in a network namespace of its own */
	int socket, err;
	const char *call;
};

static int fail(struct opening *opening, const char *call) {
	opening->call = call;
	return opening->err = errno;
}

static int join(int fd, int group) {
	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group);
}

static void *open_listening(void *argument) {
	struct opening *opening = argument;
	int on = 1, room = 1 << 20;
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	if (opening->apart && unshare(CLONE_NEWNET) < 0) return fail(opening, "unshare(CLONE_NEWNET)"), NULL;
	int fd = opening->socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (fd < 0) return fail(opening, "socket(NETLINK_ROUTE)"), NULL;
	/* Beyond the limit of rmem_max with CAP_NET_ADMIN; without it as much as is allowed. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	if (opening->apart && setsockopt(fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &on, sizeof on) < 0)
		fail(opening, "setsockopt(NETLINK_LISTEN_ALL_NSID)");
	else if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) fail(opening, "bind(NETLINK_ROUTE)");
	else if (join(fd, RTNLGRP_LINK) < 0 || (opening->apart && join(fd, RTNLGRP_NSID) < 0))
		fail(opening, "setsockopt(NETLINK_ADD_MEMBERSHIP)");
	return NULL;
}

/*
 * linkEventsOpen(apart: number) → a socket, non-blocking: for 0 in the caller's network namespace, which it hears alone; for 1
 * in one of its own.
 */
static napi_value open_events(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t apart;
	struct opening opening = {.socket = -1};
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &apart)) return NULL;
	opening.apart = apart != 0;
	if (!opening.apart) open_listening(&opening);
	else {
		pthread_t thread;
		int err = pthread_create(&thread, NULL, open_listening, &opening);
		if (err) return throw_errno(env, err, "pthread_create");
		pthread_join(thread, NULL);
	}
	if (!opening.err) return make_int(env, opening.socket);
	if (opening.socket >= 0) close(opening.socket);
	return throw_errno(env, opening.err, opening.call);
}

#define ROOM (256 << 10)
/* Messages about one link: some 2 KiB. A longer one is cut by the kernel, and counts as lost. */
#define MAX_MESSAGE (32 << 10)

/* Before each message. */
struct event_head {
	uint32_t length; /* in bytes, without the padding to 8 */
	int32_t nsid; /* the number of the network namespace that it is from; -1 for that of the socket */
};
RECORD_BYTES(event_head, 8);
FIELD_AT(event_head, length, 0); FIELD_AT(event_head, nsid, 4);

static int32_t read_nsid(struct msghdr *message) {
	for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control; control = CMSG_NXTHDR(message, control)) {
		int32_t nsid;
		if (control->cmsg_level != SOL_NETLINK || control->cmsg_type != NETLINK_LISTEN_ALL_NSID) continue;
		memcpy(&nsid, CMSG_DATA(control), sizeof nsid);
		return nsid;
	}
	return -1;
}

/*
 * linkEventsRead(fd) → [Buffer, lost]: messages of netlink that wait, each after a struct event_head and padded to 8 bytes, at
 * most some 256 KiB; and 1 where the kernel had to drop some. Only the kernel's own messages count.
 */
static napi_value read_events(napi_env env, napi_callback_info info) {
	napi_value arg, result;
	int32_t fd;
	int lost = 0;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &fd)) return NULL;
	char *out = malloc(ROOM);
	size_t taken = 0;
	if (!out) return throw_errno(env, ENOMEM, "linkEventsRead");
	while (taken + sizeof(struct event_head) + MAX_MESSAGE <= ROOM) {
		struct event_head *head = (struct event_head *)(out + taken);
		struct sockaddr_nl from = {0};
		char control[128] __attribute__((aligned(sizeof(size_t))));
		struct iovec part = {.iov_base = head + 1, .iov_len = MAX_MESSAGE};
		struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1,
		                         .msg_control = control, .msg_controllen = sizeof control};
		ssize_t got = recvmsg(fd, &message, 0);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0 && errno == ENOBUFS) {
			lost = 1;
			continue;
		}
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
		if (got < 0) {
			int err = errno;
			free(out);
			return throw_errno(env, err, "recvmsg(NETLINK_ROUTE)");
		}
		if (from.nl_pid != 0) continue;
		if (message.msg_flags & MSG_TRUNC) {
			lost = 1;
			continue;
		}
		*head = (struct event_head){(uint32_t)got, read_nsid(&message)};
		size_t rounded = (sizeof *head + (size_t)got + 7) & ~(size_t)7;
		memset((char *)(head + 1) + got, 0, rounded - sizeof *head - (size_t)got);
		taken += rounded;
	}
	if (napi_create_array_with_length(env, 2, &result) != napi_ok) return free(out), NULL;
	napi_set_element(env, result, 0, make_buffer(env, out, taken));
	napi_set_element(env, result, 1, make_int(env, lost));
	return result;
}

void init_link_events(napi_env env, napi_value exports) {
	export_function(env, exports, "linkEventsOpen", open_events);
	export_function(env, exports, "linkEventsRead", read_events);
}
