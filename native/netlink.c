/* A netlink socket inside another network namespace: what rtnetlink(7) says there is read through it from outside. */
#include "parallel.h"
#include "targets.h"
#include <errno.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct visit {
	int netns, socket, err;
	const char *call;
};

/* A socket stays in the namespace that it was made in; the thread that went there ends. */
static void *open_inside(void *argument) {
	struct visit *visit = argument;
	visit->call = "setns";
	if (visit->netns < 0 || setns(visit->netns, CLONE_NEWNET) == 0) {
		visit->call = "socket(NETLINK_ROUTE)";
		visit->socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	}
	visit->err = visit->socket < 0 ? errno : 0;
	return NULL;
}

/* openRouteSocket(netns: number) → a socket in that network namespace, or for -1 in the caller's own */
static napi_value open_route_socket(napi_env env, napi_callback_info info) {
	napi_value arg;
	struct visit visit = {.socket = -1};
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &visit.netns)) return NULL;
	if (visit.netns < 0) open_inside(&visit);
	else {
		pthread_t thread;
		int err = pthread_create(&thread, NULL, open_inside, &visit);
		if (err) return throw_errno(env, err, "pthread_create");
		pthread_join(thread, NULL);
	}
	return visit.err ? throw_errno(env, visit.err, visit.call) : make_int(env, visit.socket);
}

/* A dump comes in pieces of at most 32 KiB: netlink_dump() of net/netlink/af_netlink.c. */
#define PIECE 65536

/* What a network namespace answered: whole messages, or why it did not. */
struct answer {
	char *data;
	size_t size;
	int err;
};

struct asking {
	struct targets targets;
	const void *request;
	size_t request_size;
	struct answer *answers;
};

/* Whether the last of these messages ends the dump; one that is cut ends it as well, and whoever parses it says so. */
static bool is_end(const char *piece, size_t size) {
	while (size >= sizeof(struct nlmsghdr)) {
		struct nlmsghdr head;
		memcpy(&head, piece, sizeof head);
		if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR) return true;
		if (head.nlmsg_len < sizeof head || head.nlmsg_len > size) return true;
		size_t whole = NLMSG_ALIGN(head.nlmsg_len) < size ? NLMSG_ALIGN(head.nlmsg_len) : size;
		piece += whole;
		size -= whole;
	}
	return size > 0;
}

static int append(struct answer *answer, const char *piece, size_t size) {
	char *data = realloc(answer->data, answer->size + size + 1);
	if (!data) return ENOMEM;
	answer->data = data;
	memcpy(data + answer->size, piece, size);
	answer->size += size;
	return 0;
}

static int read_dump(int socket, struct answer *answer) {
	char piece[PIECE];
	for (;;) {
		ssize_t got = recv(socket, piece, sizeof piece, 0);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return errno;
		int err = append(answer, piece, (size_t)got);
		if (err || got == 0 || is_end(piece, (size_t)got)) return err;
	}
}

static int ask_inside(const struct asking *asking, size_t index, struct answer *answer) {
	int netns = open_target(&asking->targets, index);
	if (netns < 0) return errno;
	int err = setns(netns, CLONE_NEWNET) < 0 ? errno : 0;
	close(netns);
	if (err) return err;
	int route = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (route < 0) return errno;
	err = send(route, asking->request, asking->request_size, 0) < 0 ? errno : read_dump(route, answer);
	close(route);
	return err;
}

static void ask_one(void *context, size_t index) {
	struct asking *asking = context;
	struct answer *answer = &asking->answers[index];
	answer->err = ask_inside(asking, index, answer);
	if (answer->err) free(answer->data);
}

static napi_value to_value(napi_env env, struct answer *answer) {
	return answer->err ? make_int(env, answer->err) : make_buffer(env, answer->data, answer->size);
}

/*
 * dumpRoutes(paths: Uint8Array of names that end with 0, inodes: Uint32Array, request: Uint8Array, threads) → for each
 * network namespace the messages that a dump gives there, as a Buffer, or an errno. Threads of the addon's own go there.
 */
static napi_value dump_routes(napi_env env, napi_callback_info info) {
	napi_value args[4], result = NULL;
	struct asking asking = {0};
	void *request;
	uint32_t threads;
	if (!read_arguments(env, info, 4, args) || !read_bytes(env, args[2], &request, &asking.request_size) ||
	    !read_uint(env, args[3], &threads) || !read_targets(env, args[0], args[1], &asking.targets))
		return NULL;
	asking.request = request;
	asking.answers = calloc(asking.targets.count + 1, sizeof *asking.answers);
	bool done = asking.answers && for_all_apart(asking.targets.count, threads, ask_one, &asking);
	if (!done) throw_errno(env, asking.answers ? EAGAIN : ENOMEM, asking.answers ? "pthread_create" : "calloc");
	else if (napi_create_array_with_length(env, asking.targets.count, &result) == napi_ok)
		for (size_t i = 0; i < asking.targets.count; i++)
			napi_set_element(env, result, (uint32_t)i, to_value(env, &asking.answers[i]));
	free(asking.answers);
	free_targets(&asking.targets);
	return result;
}

void init_netlink(napi_env env, napi_value exports) {
	export_function(env, exports, "dumpRoutes", dump_routes);
	export_function(env, exports, "openRouteSocket", open_route_socket);
}
