/* kcmp(2): do two tasks share something? include/uapi/linux/kcmp.h */
#include "addon.h"
#include <errno.h>
#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

/* kcmpFiles(a, b): 0 when the tasks share one table of descriptors, else 1 to 3. */
static napi_value kcmp_files(napi_env env, napi_callback_info info) {
	napi_value args[2];
	int32_t a, b;
	if (!read_arguments(env, info, 2, args) || !read_int(env, args[0], &a) || !read_int(env, args[1], &b)) return NULL;
	long answer = syscall(SYS_kcmp, a, b, KCMP_FILES, 0UL, 0UL);
	return answer < 0 ? throw_errno(env, errno, "kcmp") : make_int(env, answer);
}

void init_kcmp(napi_env env, napi_value exports) { export_function(env, exports, "kcmpFiles", kcmp_files); }
