/*
 * Tells the main thread when descriptors are ready: epoll(7) in a thread of its own. Nothing is polled; while no
 * descriptor is ready the thread sleeps. Node offers no way to wait for a BPF ring buffer, or for the exceptional
 * condition by which /proc/PID/mountinfo tells of a change (poll(2), POLLPRI).
 */
#include "addon.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MOST 31 /* descriptors: each is one bit of a mask that JavaScript holds as a number */
#define STOP 0xffffffffu

struct watch {
	int epoll, stop;
	uint32_t count;
	int fds[MOST];
	uint32_t events[MOST];
	atomic_uint ready; /* bits that JavaScript has not been told of */
	pthread_t thread;
	napi_threadsafe_function tell;
	bool open;
};

static void *wait_for_readiness(void *data) {
	struct watch *watch = data;
	for (;;) {
		struct epoll_event events[MOST + 1];
		int count = epoll_wait(watch->epoll, events, MOST + 1, -1);
		if (count < 0 && errno != EINTR) return NULL;
		uint32_t bits = 0;
		for (int i = 0; i < count; i++) {
			if (events[i].data.u32 == STOP) return NULL;
			bits |= 1u << events[i].data.u32;
		}
		/* Where the main thread has yet to take earlier bits, it takes these with them. */
		if (bits && !atomic_fetch_or(&watch->ready, bits))
			napi_call_threadsafe_function(watch->tell, watch, napi_tsfn_nonblocking);
	}
}

static void tell_javascript(napi_env env, napi_value callback, void *context, void *data) {
	(void)context;
	struct watch *watch = data;
	napi_value undefined, mask;
	if (!env || !watch->open) return;
	napi_get_undefined(env, &undefined);
	mask = make_int(env, atomic_exchange(&watch->ready, 0));
	napi_call_function(env, undefined, callback, 1, &mask, NULL);
}

/* Ends the thread and closes what belongs to the watch; the descriptors that it waited for are not its own. */
static void stop(struct watch *watch) {
	if (!watch->open) return;
	watch->open = false;
	uint64_t one = 1;
	if (write(watch->stop, &one, sizeof one) == sizeof one) pthread_join(watch->thread, NULL);
	close(watch->epoll);
	close(watch->stop);
	napi_release_threadsafe_function(watch->tell, napi_tsfn_abort);
}

static void finalize(napi_env env, void *data, void *hint) {
	(void)env;
	(void)hint;
	struct watch *watch = data;
	stop(watch);
	free(watch);
}

static int add(struct watch *watch, int operation, uint32_t index) {
	/* Once, and then not again before JavaScript has done its part: or the thread would spin. */
	struct epoll_event event = {.events = watch->events[index] | EPOLLONESHOT, .data.u32 = index};
	return epoll_ctl(watch->epoll, operation, watch->fds[index], &event);
}

static int start(struct watch *watch) {
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = STOP};
	if ((watch->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0) return errno;
	if ((watch->stop = eventfd(0, EFD_CLOEXEC)) < 0) return errno;
	if (epoll_ctl(watch->epoll, EPOLL_CTL_ADD, watch->stop, &event) < 0) return errno;
	for (uint32_t i = 0; i < watch->count; i++)
		if (add(watch, EPOLL_CTL_ADD, i) < 0) return errno;
	return pthread_create(&watch->thread, NULL, wait_for_readiness, watch);
}

/* readinessOpen(fds: Int32Array, events: Uint32Array, callback(mask)) → a watch. EPOLL* values; bit i stands for fds[i]. */
static napi_value open_watch(napi_env env, napi_callback_info info) {
	napi_value args[3], name, result;
	void *fds, *events;
	size_t fd_bytes, event_bytes;
	if (!read_arguments(env, info, 3, args) || !read_bytes(env, args[0], &fds, &fd_bytes) ||
	    !read_bytes(env, args[1], &events, &event_bytes))
		return NULL;
	uint32_t count = (uint32_t)(fd_bytes / sizeof(int));
	if (count > MOST || event_bytes != fd_bytes) return throw_errno(env, EINVAL, "readinessOpen");
	struct watch *watch = calloc(1, sizeof *watch);
	if (!watch) return throw_errno(env, ENOMEM, "readinessOpen");
	watch->epoll = watch->stop = -1;
	watch->count = count;
	memcpy(watch->fds, fds, fd_bytes);
	memcpy(watch->events, events, event_bytes);
	if (napi_create_string_utf8(env, "nscope readiness", NAPI_AUTO_LENGTH, &name) != napi_ok ||
	    napi_create_threadsafe_function(env, args[2], NULL, name, 0, 1, NULL, NULL, NULL, tell_javascript, &watch->tell) !=
	        napi_ok) {
		free(watch);
		return throw_argument(env, "expected a function");
	}
	int err = start(watch);
	if (err) {
		if (watch->epoll >= 0) close(watch->epoll);
		if (watch->stop >= 0) close(watch->stop);
		napi_release_threadsafe_function(watch->tell, napi_tsfn_abort);
		free(watch);
		return throw_errno(env, err, "epoll_ctl");
	}
	watch->open = true;
	if (napi_create_external(env, watch, finalize, NULL, &result) != napi_ok) return NULL;
	return result;
}

static struct watch *read_watch(napi_env env, napi_value value) {
	void *data;
	if (napi_get_value_external(env, value, &data) == napi_ok) return data;
	throw_argument(env, "expected what readinessOpen returned");
	return NULL;
}

/* readinessRearm(watch, mask): waits again for the descriptors of these bits. */
static napi_value rearm_watch(napi_env env, napi_callback_info info) {
	napi_value args[2];
	struct watch *watch;
	uint32_t mask;
	if (!read_arguments(env, info, 2, args) || !(watch = read_watch(env, args[0])) || !read_uint(env, args[1], &mask))
		return NULL;
	for (uint32_t i = 0; watch->open && i < watch->count; i++)
		if (mask & (1u << i) && add(watch, EPOLL_CTL_MOD, i) < 0) return throw_errno(env, errno, "epoll_ctl");
	return NULL;
}

/* readinessClose(watch) */
static napi_value close_watch(napi_env env, napi_callback_info info) {
	napi_value arg;
	struct watch *watch;
	if (!read_arguments(env, info, 1, &arg) || !(watch = read_watch(env, arg))) return NULL;
	stop(watch);
	return NULL;
}

void init_readiness(napi_env env, napi_value exports) {
	export_function(env, exports, "readinessOpen", open_watch);
	export_function(env, exports, "readinessRearm", rearm_watch);
	export_function(env, exports, "readinessClose", close_watch);
}
