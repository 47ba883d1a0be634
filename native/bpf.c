/* bpf(2): loads all programs of a stored skeleton, for those who attach them. include/uapi/linux/bpf.h */
#include "bpf.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int bpf(int command, union bpf_attr *attr, size_t size) { return (int)syscall(SYS_bpf, command, attr, size); }

/* Returns 0, or an errno with *call set and nothing left open. */
static int load_all(const struct skeleton *skeleton, struct bytes entries, struct bytes log, struct loaded *loaded,
                    int *programs, const char **call) {
	struct btf *kernel;
	*call = "open";
	int err = take_kernel_types(&kernel);
	if (err) return err;
	err = load_maps(skeleton, entries.data, entries.size / sizeof(uint32_t), loaded, call);
	for (uint32_t i = 0; i < skeleton->program_count && !err; i++) {
		programs[i] = load_program(skeleton, i, loaded, kernel, log, call);
		if (programs[i] >= 0) continue;
		err = errno;
		while (i > 0) close(programs[--i]);
		close_loaded(loaded);
		break;
	}
	give_back_kernel_types();
	return err;
}

static napi_value to_array(napi_env env, const int *descriptors, uint32_t count) {
	napi_value array;
	if (napi_create_array_with_length(env, count, &array) != napi_ok) return NULL;
	for (uint32_t i = 0; i < count; i++) napi_set_element(env, array, i, make_int(env, descriptors[i]));
	return array;
}

/*
 * bpfLoad(skeleton, entries, log) → {maps, programs}: descriptors. entries: Uint32Array of max_entries of the first maps,
 * 0 for what the program says itself. The verifier's words go to `log`, if any.
 */
static napi_value load(napi_env env, napi_callback_info info) {
	napi_value args[3], result;
	struct bytes bytes, entries, log;
	struct skeleton skeleton;
	struct loaded loaded;
	int programs[MAX_PROGRAMS];
	const char *call;
	if (!read_arguments(env, info, 3, args) || !read_bytes(env, args[0], &bytes.data, &bytes.size) ||
	    !read_bytes(env, args[1], &entries.data, &entries.size) || !read_bytes(env, args[2], &log.data, &log.size))
		return NULL;
	if (!open_skeleton(&skeleton, bytes)) return throw_argument(env, "not a stored BPF skeleton");
	/* The verifier gives up with EAGAIN when a signal waits, as that of a profiler or of a resized terminal: they wait. */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	int err = load_all(&skeleton, entries, log, &loaded, programs, &call);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err) return throw_errno(env, err, call);
	close(loaded.types);
	if (napi_create_object(env, &result) != napi_ok) return NULL;
	napi_set_named_property(env, result, "maps", to_array(env, loaded.maps, skeleton.map_count));
	napi_set_named_property(env, result, "programs", to_array(env, programs, skeleton.program_count));
	return result;
}

void init_bpf(napi_env env, napi_value exports) { export_function(env, exports, "bpfLoad", load); }
