/* ioctl_nsfs(2): what a namespace descriptor tells of itself. include/uapi/linux/nsfs.h */
#include "addon.h"
#include "nsfs.h"
#include <errno.h>
#include <sys/ioctl.h>

/* The requests that take a descriptor and answer with a number or a new descriptor. */
static napi_value ask(napi_env env, napi_callback_info info, unsigned long request, const char *call) {
	napi_value arg;
	int32_t fd;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &fd)) return NULL;
	int answer = ioctl(fd, request);
	return answer < 0 ? throw_errno(env, errno, call) : make_int(env, answer);
}

static napi_value get_userns(napi_env env, napi_callback_info info) {
	return ask(env, info, NS_GET_USERNS, "ioctl(NS_GET_USERNS)");
}

static napi_value get_parent(napi_env env, napi_callback_info info) {
	return ask(env, info, NS_GET_PARENT, "ioctl(NS_GET_PARENT)");
}

static napi_value get_nstype(napi_env env, napi_callback_info info) {
	return ask(env, info, NS_GET_NSTYPE, "ioctl(NS_GET_NSTYPE)");
}

static napi_value get_owner_uid(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t fd;
	uint32_t uid;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &fd)) return NULL;
	if (ioctl(fd, NS_GET_OWNER_UID, &uid) < 0) return throw_errno(env, errno, "ioctl(NS_GET_OWNER_UID)");
	return make_int(env, uid);
}

static napi_value get_u64(napi_env env, napi_callback_info info, unsigned long request, const char *call) {
	napi_value arg;
	int32_t fd;
	uint64_t id;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &fd)) return NULL;
	return ioctl(fd, request, &id) < 0 ? throw_errno(env, errno, call) : make_u64(env, id);
}

static napi_value get_id(napi_env env, napi_callback_info info) {
	return get_u64(env, info, NS_GET_ID, "ioctl(NS_GET_ID)");
}

static napi_value get_mntns_id(napi_env env, napi_callback_info info) {
	return get_u64(env, info, NS_GET_MNTNS_ID, "ioctl(NS_GET_MNTNS_ID)");
}

/* → [the 64-bit id, the number of mounts] */
static napi_value mnt_get_info(napi_env env, napi_callback_info info) {
	napi_value arg, result;
	int32_t fd;
	struct mnt_ns_info mounts = {.size = sizeof mounts};
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &fd)) return NULL;
	if (ioctl(fd, NS_MNT_GET_INFO, &mounts) < 0) return throw_errno(env, errno, "ioctl(NS_MNT_GET_INFO)");
	if (napi_create_array_with_length(env, 2, &result) != napi_ok) return NULL;
	napi_set_element(env, result, 0, make_u64(env, mounts.mnt_ns_id));
	napi_set_element(env, result, 1, make_int(env, mounts.nr_mounts));
	return result;
}

void init_nsfs(napi_env env, napi_value exports) {
	export_function(env, exports, "nsGetUserns", get_userns);
	export_function(env, exports, "nsGetParent", get_parent);
	export_function(env, exports, "nsGetNstype", get_nstype);
	export_function(env, exports, "nsGetOwnerUid", get_owner_uid);
	export_function(env, exports, "nsGetId", get_id);
	export_function(env, exports, "nsGetMntnsId", get_mntns_id);
	export_function(env, exports, "nsMntGetInfo", mnt_get_info);
}
