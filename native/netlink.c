/* A netlink socket inside another network namespace: what rtnetlink(7) says there is read through it from outside. */
#include "addon.h"
#include <errno.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
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

void init_netlink(napi_env env, napi_value exports) {
	export_function(env, exports, "openRouteSocket", open_route_socket);
}
