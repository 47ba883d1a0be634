/* uname(2) inside uts namespaces: a thread of the addon's own enters them, never one of Node's. */
#include "addon.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

struct visit {
	const int32_t *fds;
	size_t count;
	struct answer {
		int err;
		const char *call;
		struct utsname names;
	} *answers;
};

static void *visit_all(void *argument) {
	struct visit *visit = argument;
	for (size_t i = 0; i < visit->count; i++) {
		struct answer *answer = &visit->answers[i];
		answer->err = 0;
		if (setns(visit->fds[i], CLONE_NEWUTS) < 0)
			answer->err = errno, answer->call = "setns";
		else if (uname(&answer->names) < 0)
			answer->err = errno, answer->call = "uname";
	}
	return NULL;
}

/* A field that uname(2) fills may hold any bytes: latin1 keeps each of them. */
static void set(napi_env env, napi_value object, const char *name, const char *text, size_t room) {
	napi_value value;
	if (napi_create_string_latin1(env, text, strnlen(text, room), &value) == napi_ok)
		napi_set_named_property(env, object, name, value);
}

static napi_value to_object(napi_env env, const struct answer *answer) {
	napi_value object, value;
	if (napi_create_object(env, &object) != napi_ok) return NULL;
	if (answer->err) {
		set(env, object, "code", errno_name(answer->err), 32);
		set(env, object, "syscall", answer->call, 32);
		if (napi_create_int32(env, answer->err, &value) == napi_ok) napi_set_named_property(env, object, "errno", value);
		return object;
	}
#define FIELD(name, member) set(env, object, name, answer->names.member, sizeof answer->names.member)
	FIELD("sysname", sysname);
	FIELD("nodename", nodename);
	FIELD("release", release);
	FIELD("version", version);
	FIELD("machine", machine);
	FIELD("domainname", domainname);
	return object;
}

/* readUts(fds: Int32Array) → an array: the six names of each, or {code, errno, syscall}. */
static napi_value read_uts(napi_env env, napi_callback_info info) {
	napi_value arg, result;
	void *data;
	size_t size;
	if (!read_arguments(env, info, 1, &arg) || !read_bytes(env, arg, &data, &size)) return NULL;
	struct visit visit = {.fds = data, .count = size / sizeof(int32_t)};
	if (!(visit.answers = calloc(visit.count + 1, sizeof *visit.answers))) return throw_errno(env, ENOMEM, "calloc");
	pthread_t thread;
	int err = pthread_create(&thread, NULL, visit_all, &visit);
	if (err) {
		free(visit.answers);
		return throw_errno(env, err, "pthread_create");
	}
	pthread_join(thread, NULL);
	if (napi_create_array_with_length(env, visit.count, &result) != napi_ok) result = NULL;
	for (size_t i = 0; result && i < visit.count; i++) napi_set_element(env, result, i, to_object(env, &visit.answers[i]));
	free(visit.answers);
	return result;
}

void init_uts(napi_env env, napi_value exports) { export_function(env, exports, "readUts", read_uts); }
