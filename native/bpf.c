/*
 * bpf(2): loads a light skeleton and reads iterators. A light skeleton (bpftool gen skeleton -L) is a loader program for
 * the kernel and its data; the kernel runs it once, and it makes the maps, resolves the types against the kernel's own
 * BTF and loads the programs. include/uapi/linux/bpf.h, tools/lib/bpf/skel_internal.h
 */
#include "bpf.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int bpf(int command, union bpf_attr *attr, size_t size) { return (int)syscall(SYS_bpf, command, attr, size); }

/* The array map of one element that holds the loader's data. */
static int create_data_map(struct bytes data, const char **call) {
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = (uint32_t)data.size;
	attr.max_entries = 1;
	strcpy(attr.map_name, "__loader.map");
	*call = "bpf(MAP_CREATE)";
	int map = bpf(BPF_MAP_CREATE, &attr, SIZE_TO(map_extra));
	if (map < 0) return -1;
	uint32_t key = 0;
	memset(&attr, 0, sizeof attr);
	attr.map_fd = (uint32_t)map;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)data.data;
	*call = "bpf(MAP_UPDATE_ELEM)";
	if (bpf(BPF_MAP_UPDATE_ELEM, &attr, SIZE_TO(flags)) == 0) return map;
	int err = errno;
	close(map);
	errno = err;
	return -1;
}

static int load_loader(struct bytes insns, int map, const char **call) {
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	attr.prog_type = BPF_PROG_TYPE_SYSCALL;
	attr.insns = (uintptr_t)insns.data;
	attr.insn_cnt = (uint32_t)(insns.size / sizeof(struct bpf_insn));
	attr.license = (uintptr_t)"Dual BSD/GPL";
	attr.fd_array = (uintptr_t)&map;
	attr.prog_flags = BPF_F_SLEEPABLE;
	strcpy(attr.prog_name, "__loader.prog");
	*call = "bpf(PROG_LOAD)";
	return bpf(BPF_PROG_LOAD, &attr, SIZE_TO(fd_array));
}

int run_skeleton(struct bytes data, struct bytes insns, unsigned char *context, uint32_t size, const char **call) {
	int map = create_data_map(data, call);
	if (map < 0) return errno;
	int loader = load_loader(insns, map, call), err = errno;
	if (loader >= 0) {
		union bpf_attr attr;
		memset(&attr, 0, sizeof attr);
		attr.test.prog_fd = (uint32_t)loader;
		attr.test.ctx_in = (uintptr_t)context;
		attr.test.ctx_size_in = size;
		*call = "bpf(PROG_RUN)";
		err = bpf(BPF_PROG_RUN, &attr, SIZE_TO(test)) < 0 ? errno : 0;
		if (!err && (int32_t)attr.test.retval < 0) {
			/* What the loader itself was refused; it has closed what it had made. */
			*call = "bpf(PROG_RUN) loader";
			err = -(int32_t)attr.test.retval;
		}
		close(loader);
	}
	close(map);
	return err;
}

int32_t fd_at(const unsigned char *at) {
	int32_t fd;
	memcpy(&fd, at, sizeof fd);
	return fd;
}

static napi_value to_array(napi_env env, const unsigned char *at, uint32_t count, size_t stride) {
	napi_value array;
	if (napi_create_array_with_length(env, count, &array) != napi_ok) return NULL;
	for (uint32_t i = 0; i < count; i++) napi_set_element(env, array, i, make_int(env, fd_at(at + i * stride)));
	return array;
}

/*
 * bpfLoadSkeleton(data, insns, maps, progs, log, sizes) → {maps, progs}: descriptors. The verifier's words go to `log`, if
 * any; sizes: Uint32Array of max_entries of the first maps, 0 for what the program says itself.
 */
static napi_value load_skeleton(napi_env env, napi_callback_info info) {
	napi_value args[6], result;
	struct bytes data, insns, log, sizes;
	uint32_t maps, progs;
	if (!read_arguments(env, info, 6, args) || !read_bytes(env, args[0], &data.data, &data.size) ||
	    !read_bytes(env, args[1], &insns.data, &insns.size) || !read_uint(env, args[2], &maps) ||
	    !read_uint(env, args[3], &progs) || !read_bytes(env, args[4], &log.data, &log.size) ||
	    !read_bytes(env, args[5], &sizes.data, &sizes.size))
		return NULL;
	if (maps > MOST || progs > MOST || sizes.size > maps * sizeof(uint32_t))
		return throw_errno(env, E2BIG, "bpfLoadSkeleton");
	unsigned char context[LOADER_HEAD + MOST * (LOADER_MAP + LOADER_PROG)] = {0};
	uint32_t size = LOADER_HEAD + maps * LOADER_MAP + progs * LOADER_PROG;
	memcpy(context, &size, sizeof size);
	if (log.size) {
		uint32_t level = 1 /* BPF_LOG_LEVEL1 */ | 4 /* BPF_LOG_STATS */, room = (uint32_t)log.size;
		uint64_t at = (uintptr_t)log.data;
		memcpy(context + 8, &level, sizeof level);
		memcpy(context + 12, &room, sizeof room);
		memcpy(context + 16, &at, sizeof at);
	}
	for (size_t i = 0; i < sizes.size / sizeof(uint32_t); i++)
		memcpy(context + LOADER_HEAD + i * LOADER_MAP + 4, (uint32_t *)sizes.data + i, sizeof(uint32_t));
	const char *call = "bpf";
	/* The verifier gives up with EAGAIN when a signal waits, as that of a profiler or of a resized terminal: they wait. */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	int err = run_skeleton(data, insns, context, size, &call);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err) return throw_errno(env, err, call);
	if (napi_create_object(env, &result) != napi_ok) return NULL;
	napi_set_named_property(env, result, "maps", to_array(env, context + LOADER_HEAD, maps, LOADER_MAP));
	napi_set_named_property(env, result, "progs",
	                        to_array(env, context + LOADER_HEAD + maps * LOADER_MAP, progs, LOADER_PROG));
	return result;
}

void init_bpf(napi_env env, napi_value exports) { export_function(env, exports, "bpfLoadSkeleton", load_skeleton); }
