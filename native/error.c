/* How a failed system call reaches JavaScript. */
#include "addon.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

napi_value throw_errno(napi_env env, int err, const char *call) {
	char text[256];
	napi_value message, code, error, value;
	snprintf(text, sizeof text, "%s: %s (%s)", call, errno_name(err), strerror(err));
	if (napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message) != napi_ok ||
	    napi_create_string_utf8(env, errno_name(err), NAPI_AUTO_LENGTH, &code) != napi_ok ||
	    napi_create_error(env, code, message, &error) != napi_ok)
		return NULL;
	if (napi_create_int32(env, err, &value) == napi_ok) napi_set_named_property(env, error, "errno", value);
	if (napi_create_string_utf8(env, call, NAPI_AUTO_LENGTH, &value) == napi_ok)
		napi_set_named_property(env, error, "syscall", value);
	napi_throw(env, error);
	return NULL;
}

napi_value throw_argument(napi_env env, const char *message) {
	napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
	return NULL;
}
