/* name_to_handle_at(2) and open_by_handle_at(2) on nsfs: namespaces by 64-bit id. Linux 6.18. include/uapi/linux/nsfs.h */
#include "addon.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define FD_NSFS_ROOT (-10003)
#define FILEID_NSFS 0xf1

struct nsfs_file_handle {
	uint64_t ns_id;
	uint32_t ns_type, ns_inum;
};

/* struct file_handle with room for the nsfs one. */
struct handle {
	unsigned int bytes;
	int type;
	struct nsfs_file_handle body;
};
_Static_assert(offsetof(struct handle, body) == sizeof(struct file_handle), "the body follows the head");

/* openNsHandle(id: bigint, type: number, inode: number) → fd */
static napi_value open_ns_handle(napi_env env, napi_callback_info info) {
	napi_value args[3];
	struct handle handle = {.bytes = sizeof handle.body, .type = FILEID_NSFS};
	if (!read_arguments(env, info, 3, args) || !read_u64(env, args[0], &handle.body.ns_id) ||
	    !read_uint(env, args[1], &handle.body.ns_type) || !read_uint(env, args[2], &handle.body.ns_inum))
		return NULL;
	int fd = open_by_handle_at(FD_NSFS_ROOT, (struct file_handle *)&handle, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? throw_errno(env, errno, "open_by_handle_at") : make_int(env, fd);
}

/* readNsHandle(fd: number) → [id: bigint, type: number, inode: number] */
static napi_value read_ns_handle(napi_env env, napi_callback_info info) {
	napi_value arg, result;
	int32_t fd, mount_id;
	struct handle handle = {.bytes = sizeof handle.body};
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &fd)) return NULL;
	if (name_to_handle_at(fd, "", (struct file_handle *)&handle, &mount_id, AT_EMPTY_PATH) < 0)
		return throw_errno(env, errno, "name_to_handle_at");
	if (handle.type != FILEID_NSFS) return throw_errno(env, ENOTTY, "name_to_handle_at");
	if (napi_create_array_with_length(env, 3, &result) != napi_ok) return NULL;
	napi_set_element(env, result, 0, make_u64(env, handle.body.ns_id));
	napi_set_element(env, result, 1, make_int(env, handle.body.ns_type));
	napi_set_element(env, result, 2, make_int(env, handle.body.ns_inum));
	return result;
}

void init_handles(napi_env env, napi_value exports) {
	export_function(env, exports, "openNsHandle", open_ns_handle);
	export_function(env, exports, "readNsHandle", read_ns_handle);
}
