/*
 * Loads an addon where no Node runs: for musl, of which Debian has the loader and not a Node. It stands in for Node-API
 * as far as the addon's start and its function errnoName need, and prints the names of what the addon exports, then
 * what errnoName(13) answers. Node-API functions beyond that are stubs (stubs.c, written by the test) that end it.
 * Built and run by test/package/prebuilds.package.test.ts: load-addon FILE
 */
#include <dlfcn.h>
#include <node_api.h>
#include <stdio.h>
#include <string.h>

static napi_callback errno_name;

/* A value is what it holds: the functions here know which of the two it is. */
napi_status napi_create_function(napi_env env, const char *name, size_t length, napi_callback callback, void *data,
				 napi_value *result) {
	(void)env, (void)length, (void)data;
	if (!strcmp(name, "errnoName")) errno_name = callback;
	*result = (napi_value)callback;
	return napi_ok;
}

napi_status napi_set_named_property(napi_env env, napi_value object, const char *name, napi_value value) {
	(void)env, (void)object;
	printf("export %s%s\n", name, value ? "" : " (nothing)");
	return napi_ok;
}

napi_status napi_get_cb_info(napi_env env, napi_callback_info info, size_t *argc, napi_value *argv, napi_value *this_arg,
			     void **data) {
	static int32_t eacces = 13;
	(void)env, (void)info, (void)this_arg, (void)data;
	if (*argc > 0) argv[0] = (napi_value)&eacces;
	*argc = 1;
	return napi_ok;
}

napi_status napi_get_value_int32(napi_env env, napi_value value, int32_t *result) {
	(void)env;
	*result = *(int32_t *)value;
	return napi_ok;
}

napi_status napi_create_string_utf8(napi_env env, const char *text, size_t length, napi_value *result) {
	(void)env, (void)length;
	*result = (napi_value)text;
	return napi_ok;
}

int main(int argc, char **argv) {
	if (argc != 2) return 2;
	/* RTLD_NOW: a symbol that the C library lacks shows here. */
	void *addon = dlopen(argv[1], RTLD_NOW);
	if (!addon) return fprintf(stderr, "%s\n", dlerror()), 1;
	napi_addon_register_func start = (napi_addon_register_func)dlsym(addon, "napi_register_module_v1");
	int32_t (*version)(void) = (int32_t (*)(void))dlsym(addon, "node_api_module_get_api_version_v1");
	if (!start || !version) return fprintf(stderr, "%s\n", dlerror()), 1;
	printf("api %d\n", version());
	if (!start(NULL, (napi_value)addon)) return fprintf(stderr, "the addon did not start\n"), 1;
	if (!errno_name) return fprintf(stderr, "no errnoName\n"), 1;
	printf("errnoName(13) %s\n", (const char *)errno_name(NULL, NULL));
	return 0;
}
