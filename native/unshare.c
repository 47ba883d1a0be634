/* unshare(2): of one thread alone, which nscope does to no thread of its own; the lab shows with it what a thread can hide. */
#include "addon.h"
#include <errno.h>
#include <sched.h>

/* unshareThread(flags: number): moves the calling thread to new namespaces of these types */
static napi_value unshare_thread(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t flags;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &flags)) return NULL;
	return unshare(flags) < 0 ? throw_errno(env, errno, "unshare") : NULL;
}

void init_unshare(napi_env env, napi_value exports) { export_function(env, exports, "unshareThread", unshare_thread); }
