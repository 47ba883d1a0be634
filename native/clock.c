/* clock_gettime(2): the clock of the kernel's events. */
#include "addon.h"
#include <errno.h>
#include <time.h>

/* readMonotonic() → nanoseconds of CLOCK_MONOTONIC, as a double: exact for 104 days of uptime, then to a few */
static napi_value read_monotonic(napi_env env, napi_callback_info info) {
	(void)info;
	struct timespec now;
	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return throw_errno(env, errno, "clock_gettime");
	napi_value value;
	return napi_create_double(env, (double)now.tv_sec * 1e9 + (double)now.tv_nsec, &value) == napi_ok ? value : NULL;
}

void init_clock(napi_env env, napi_value exports) { export_function(env, exports, "readMonotonic", read_monotonic); }
