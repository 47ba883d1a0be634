/* listns(2): the 64-bit ids of the kernel's active namespaces. Linux 6.19. include/uapi/linux/nsfs.h */
#include "addon.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_listns
#define SYS_listns 470
#endif
#define MAX_IDS 1000000 /* the kernel refuses more */

struct ns_id_req {
	uint32_t size, spare;
	uint64_t ns_id; /* list those behind this one */
	uint32_t ns_type, spare2;
	uint64_t user_ns_id;
};

/*
 * listns(types: number, userNsId: bigint) → Buffer of u64.
 * One call for all: up to 7.2 a call that goes on behind an id fails with ENOENT, and loses the rest, when the namespace
 * next to that id is inactive. So a list that fills the room is asked for anew with more.
 */
static napi_value list_ns(napi_env env, napi_callback_info info) {
	napi_value args[2];
	struct ns_id_req request = {.size = sizeof request};
	if (!read_arguments(env, info, 2, args) || !read_uint(env, args[0], &request.ns_type) ||
	    !read_u64(env, args[1], &request.user_ns_id))
		return NULL;
	for (size_t room = 16384;; room = room * 8 < MAX_IDS ? room * 8 : MAX_IDS) {
		uint64_t *ids = malloc(room * sizeof *ids);
		if (!ids) return throw_errno(env, ENOMEM, "malloc");
		long count = syscall(SYS_listns, &request, ids, room, 0);
		int err = errno;
		if (count >= 0 && ((size_t)count < room || room == MAX_IDS)) return make_buffer(env, ids, count * sizeof *ids);
		free(ids);
		if (count < 0) return throw_errno(env, err, "listns");
	}
}

void init_listns(napi_env env, napi_value exports) { export_function(env, exports, "listns", list_ns); }
