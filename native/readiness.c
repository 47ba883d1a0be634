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

#define MOST 128 /* descriptors */
#define WORDS (MOST / 32)
#define STOP 0xffffffffu

struct watch {
	int epoll, stop;
	int fds[MOST]; /* by index; -1 where there is none */
	uint32_t events[MOST];
	atomic_uint ready[WORDS]; /* bits that JavaScript has not been told of */
	atomic_bool told; /* whether JavaScript will come for them */
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
		for (int i = 0; i < count; i++) {
			uint32_t index = events[i].data.u32;
			if (index == STOP) return NULL;
			atomic_fetch_or(&watch->ready[index / 32], 1u << index % 32);
		}
		/* Where the main thread has yet to take earlier bits, it takes these with them. */
		if (count > 0 && !atomic_exchange(&watch->told, true))
			napi_call_threadsafe_function(watch->tell, watch, napi_tsfn_nonblocking);
	}
}

static void tell_javascript(napi_env env, napi_value callback, void *context, void *data) {
	(void)context;
	struct watch *watch = data;
	napi_value undefined, ready;
	if (!env || !watch->open) return;
	atomic_store(&watch->told, false);
	napi_get_undefined(env, &undefined);
	napi_create_array(env, &ready);
	uint32_t count = 0;
	for (uint32_t word = 0; word < WORDS; word++)
		for (uint32_t bits = atomic_exchange(&watch->ready[word], 0); bits; bits &= bits - 1)
			napi_set_element(env, ready, count++, make_int(env, word * 32 + (uint32_t)__builtin_ctz(bits)));
	napi_call_function(env, undefined, callback, 1, &ready, NULL);
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

static int control(struct watch *watch, int operation, uint32_t index) {
	/* Once, and then not again before JavaScript has done its part: or the thread would spin. */
	struct epoll_event event = {.events = watch->events[index] | EPOLLONESHOT, .data.u32 = index};
	return epoll_ctl(watch->epoll, operation, watch->fds[index], &event);
}

static int start(struct watch *watch) {
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = STOP};
	if ((watch->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0) return errno;
	if ((watch->stop = eventfd(0, EFD_CLOEXEC)) < 0) return errno;
	if (epoll_ctl(watch->epoll, EPOLL_CTL_ADD, watch->stop, &event) < 0) return errno;
	return pthread_create(&watch->thread, NULL, wait_for_readiness, watch);
}

/* readinessOpen(callback(indices: number[])) → a watch, which waits for nothing yet. */
static napi_value open_watch(napi_env env, napi_callback_info info) {
	napi_value arg, name, result;
	if (!read_arguments(env, info, 1, &arg)) return NULL;
	struct watch *watch = calloc(1, sizeof *watch);
	if (!watch) return throw_errno(env, ENOMEM, "readinessOpen");
	watch->epoll = watch->stop = -1;
	for (int i = 0; i < MOST; i++) watch->fds[i] = -1;
	if (napi_create_string_utf8(env, "nscope readiness", NAPI_AUTO_LENGTH, &name) != napi_ok ||
	    napi_create_threadsafe_function(env, arg, NULL, name, 0, 1, NULL, NULL, NULL, tell_javascript, &watch->tell) !=
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

/* readinessAdd(watch, fd, events) → the index that stands for it. EPOLL* values. */
static napi_value add_descriptor(napi_env env, napi_callback_info info) {
	napi_value args[3];
	struct watch *watch;
	int32_t fd;
	uint32_t events, index = 0;
	if (!read_arguments(env, info, 3, args) || !(watch = read_watch(env, args[0])) || !read_int(env, args[1], &fd) ||
	    !read_uint(env, args[2], &events))
		return NULL;
	while (index < MOST && watch->fds[index] >= 0) index++;
	if (index == MOST || !watch->open) return throw_errno(env, EINVAL, "readinessAdd");
	watch->fds[index] = fd;
	watch->events[index] = events;
	if (control(watch, EPOLL_CTL_ADD, index) == 0) return make_int(env, index);
	watch->fds[index] = -1;
	return throw_errno(env, errno, "epoll_ctl");
}

static struct watch *read_index(napi_env env, napi_callback_info info, uint32_t *index) {
	napi_value args[2];
	struct watch *watch;
	if (!read_arguments(env, info, 2, args) || !(watch = read_watch(env, args[0])) || !read_uint(env, args[1], index))
		return NULL;
	return watch->open && *index < MOST && watch->fds[*index] >= 0 ? watch : NULL;
}

/* readinessRearm(watch, index): waits for it again. */
static napi_value rearm_descriptor(napi_env env, napi_callback_info info) {
	uint32_t index;
	struct watch *watch = read_index(env, info, &index);
	if (watch && control(watch, EPOLL_CTL_MOD, index) < 0) return throw_errno(env, errno, "epoll_ctl");
	return NULL;
}

/* readinessRemove(watch, index): no longer waits for it. What waits to be told may still have its index. */
static napi_value remove_descriptor(napi_env env, napi_callback_info info) {
	uint32_t index;
	struct watch *watch = read_index(env, info, &index);
	if (!watch) return NULL;
	control(watch, EPOLL_CTL_DEL, index);
	watch->fds[index] = -1;
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
	export_function(env, exports, "readinessAdd", add_descriptor);
	export_function(env, exports, "readinessRearm", rearm_descriptor);
	export_function(env, exports, "readinessRemove", remove_descriptor);
	export_function(env, exports, "readinessClose", close_watch);
}
