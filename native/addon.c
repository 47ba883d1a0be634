/* The module: one initialiser for each kernel interface. */
#include "addon.h"

void export_function(napi_env env, napi_value exports, const char *name, napi_callback function) {
	napi_value value;
	if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value) != napi_ok ||
	    napi_set_named_property(env, exports, name, value) != napi_ok)
		napi_fatal_error("nscope", NAPI_AUTO_LENGTH, name, NAPI_AUTO_LENGTH);
}

NAPI_MODULE_INIT() {
	init_bpf(env, exports);
	init_bpf_start(env, exports);
	init_clock(env, exports);
	init_errno(env, exports);
	init_fuse(env, exports);
	init_handles(env, exports);
	init_link_events(env, exports);
	init_listns(env, exports);
	init_mount_events(env, exports);
	init_mount_visit(env, exports);
	init_mount_walk(env, exports);
	init_mounts(env, exports);
	init_kcmp(env, exports);
	init_netlink(env, exports);
	init_netns_ids(env, exports);
	init_network_visit(env, exports);
	init_nsfs(env, exports);
	init_nsfs_batch(env, exports);
	init_proc(env, exports);
	init_process_events(env, exports);
	init_readiness(env, exports);
	init_ring(env, exports);
	init_sockets(env, exports);
	init_spawn(env, exports);
	init_stand_in(env, exports);
	init_trace(env, exports);
	init_unshare(env, exports);
	init_uts(env, exports);
	init_wait(env, exports);
	init_xtables(env, exports);
	return exports;
}
