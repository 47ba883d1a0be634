/* clone(2): starts a child that takes the steps it is given (steps.c), and the conversation with it. */
#include "addon.h"
#include "spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void free_list(char **list) {
	for (size_t i = 0; list && list[i]; i++) free(list[i]);
	free(list);
}

static void free_steps(struct step *steps, size_t count) {
	for (size_t i = 0; i < count; i++) {
		for (int k = 0; k < 4; k++) free(steps[i].texts[k]);
		for (int k = 0; k < 3; k++) free_list(steps[i].lists[k]);
		free(steps[i].ids);
	}
	free(steps);
}

static bool read_length(napi_env env, napi_value array, uint32_t *length) {
	if (napi_get_array_length(env, array, length) == napi_ok) return true;
	return throw_argument(env, "expected an array"), false;
}

static bool read_list(napi_env env, napi_value array, char ***out) {
	uint32_t length;
	napi_valuetype type;
	if (napi_typeof(env, array, &type) == napi_ok && type == napi_null) return true;
	if (!read_length(env, array, &length)) return false;
	if (!(*out = calloc(length + 1, sizeof **out))) return throw_errno(env, ENOMEM, "calloc"), false;
	for (uint32_t i = 0; i < length; i++) {
		napi_value value;
		if (napi_get_element(env, array, i, &value) != napi_ok || !read_string(env, value, &(*out)[i])) return false;
	}
	return true;
}

static bool read_ids(napi_env env, napi_value array, struct step *step) {
	uint32_t length;
	if (!read_length(env, array, &length)) return false;
	if (!(step->ids = calloc(length + 1, sizeof *step->ids))) return throw_errno(env, ENOMEM, "calloc"), false;
	for (uint32_t i = 0; i < length; i++) {
		napi_value value;
		if (napi_get_element(env, array, i, &value) != napi_ok || !read_uint(env, value, &step->ids[i])) return false;
	}
	step->id_count = length;
	return true;
}

static bool read_text(napi_env env, napi_value value, char **out) {
	napi_valuetype type;
	if (napi_typeof(env, value, &type) == napi_ok && type == napi_null) return true;
	return read_string(env, value, out);
}

/* ["mount", "proc", "/proc", "proc", 0, null] → a step */
static bool read_step(napi_env env, napi_value array, struct step *step) {
	napi_value value;
	char *name = NULL;
	int numbers = 0, texts = 0, lists = 0;
	if (napi_get_element(env, array, 0, &value) != napi_ok || !read_string(env, value, &name)) return false;
	step->kind = find_step_kind(name);
	free(name);
	if (!step->kind) return throw_argument(env, "there is no such step"), false;
	for (uint32_t i = 0; step->kind->shape[i]; i++) {
		bool ok = napi_get_element(env, array, i + 1, &value) == napi_ok;
		switch (step->kind->shape[i]) {
		case 'i':
			if (napi_get_value_int64(env, value, &step->numbers[numbers++]) != napi_ok)
				return throw_argument(env, "expected a number"), false;
			break;
		case 's':
			ok = ok && read_text(env, value, &step->texts[texts++]);
			break;
		case 'l':
			ok = ok && read_list(env, value, &step->lists[lists++]);
			break;
		case 'n':
			ok = ok && read_ids(env, value, step);
			break;
		}
		if (!ok) return false;
	}
	return true;
}

/* spawn(steps: array of arrays) → [pid, socket] */
static napi_value spawn(napi_env env, napi_callback_info info) {
	napi_value arg, element, result;
	uint32_t count;
	int sockets[2];
	sigset_t all, before;
	if (!read_arguments(env, info, 1, &arg) || !read_length(env, arg, &count)) return NULL;
	struct step *steps = calloc(count + 1, sizeof *steps);
	if (!steps) return throw_errno(env, ENOMEM, "calloc");
	for (uint32_t i = 0; i < count; i++)
		if (napi_get_element(env, arg, i, &element) != napi_ok || !read_step(env, element, &steps[i]))
			return free_steps(steps, count), NULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0) {
		free_steps(steps, count);
		return throw_errno(env, errno, "socketpair");
	}
	/* No handler of this process may run in the child, which has its memory but not its threads. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid_t pid = clone_process(0);
	int err = errno;
	if (pid == 0) {
		struct child child = {.socket = sockets[1]};
		close(sockets[0]);
		take_steps(&child, steps, count);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(sockets[1]);
	free_steps(steps, count);
	if (pid < 0) {
		close(sockets[0]);
		return throw_errno(env, err, "clone");
	}
	if (napi_create_array_with_length(env, 2, &result) != napi_ok) return NULL;
	napi_set_element(env, result, 0, make_int(env, pid));
	napi_set_element(env, result, 1, make_int(env, sockets[0]));
	return result;
}

/* receiveFromChild(socket: number) → [what, step, value, errno], or null when the other end is closed; waits. */
static napi_value receive(napi_env env, napi_callback_info info) {
	napi_value arg, result;
	int32_t socket;
	struct message message;
	ssize_t got;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &socket)) return NULL;
	while ((got = recv(socket, &message, sizeof message, 0)) < 0 && errno == EINTR) continue;
	if (got < 0 && errno != ECONNRESET) return throw_errno(env, errno, "recv");
	if (got < (ssize_t)sizeof message) {
		napi_get_null(env, &result);
		return result;
	}
	if (napi_create_array_with_length(env, 4, &result) != napi_ok) return NULL;
	napi_set_element(env, result, 0, make_int(env, message.what));
	napi_set_element(env, result, 1, make_int(env, message.step));
	napi_set_element(env, result, 2, make_int(env, message.value));
	napi_set_element(env, result, 3, make_int(env, message.err));
	return result;
}

/* releaseChild(socket: number): the child that waits at a "sync" or as a guard goes on. */
static napi_value release(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t socket;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &socket)) return NULL;
	if (send(socket, "", 1, MSG_NOSIGNAL) < 0 && errno != EPIPE) return throw_errno(env, errno, "send");
	return NULL;
}

void init_spawn(napi_env env, napi_value exports) {
	export_function(env, exports, "spawn", spawn);
	export_function(env, exports, "receiveFromChild", receive);
	export_function(env, exports, "releaseChild", release);
}
