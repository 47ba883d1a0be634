/* kcmp(2): do two tasks share something? include/uapi/linux/kcmp.h */
#include "addon.h"
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* kcmp(a, b, what: KCMP_FILES, KCMP_FS, KCMP_VM): 0 when the tasks share it, else 1 to 3. */
static napi_value compare(napi_env env, napi_callback_info info) {
	napi_value args[3];
	int32_t a, b, what;
	if (!read_arguments(env, info, 3, args) || !read_int(env, args[0], &a) || !read_int(env, args[1], &b) || !read_int(env, args[2], &what)) return NULL;
	long answer = syscall(SYS_kcmp, a, b, what, 0UL, 0UL);
	return answer < 0 ? throw_errno(env, errno, "kcmp") : make_int(env, answer);
}

void init_kcmp(napi_env env, napi_value exports) { export_function(env, exports, "kcmp", compare); }
