/* What the files of the addon share: Node-API, the error that a failed system call becomes, argument readers. */
#ifndef NSCOPE_ADDON_H
#define NSCOPE_ADDON_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* errno.c: "EACCES" for EACCES; "E<number>" for a number that has no name. */
const char *errno_name(int err);

/* error.c: throw a JavaScript Error with the properties code ("EACCES"), errno (13) and syscall ("openat"); return NULL. */
napi_value throw_errno(napi_env env, int err, const char *call);
/* A TypeError for an argument of the wrong type; return NULL. */
napi_value throw_argument(napi_env env, const char *message);

/* arguments.c: each returns false after throwing. */
bool read_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values);
bool read_int(napi_env env, napi_value value, int32_t *out);
bool read_uint(napi_env env, napi_value value, uint32_t *out);
bool read_u64(napi_env env, napi_value value, uint64_t *out); /* a bigint */
bool read_string(napi_env env, napi_value value, char **out); /* the caller frees */
bool read_bytes(napi_env env, napi_value value, void **data, size_t *size); /* any typed array; borrowed */

napi_value make_int(napi_env env, int64_t value);
napi_value make_u64(napi_env env, uint64_t value); /* a bigint */
/* A Buffer that owns `data` (malloc'ed). */
napi_value make_buffer(napi_env env, void *data, size_t size);

/* addon.c */
void export_function(napi_env env, napi_value exports, const char *name, napi_callback function);

/* One initialiser for each kernel interface; addon.c calls them all. */
void init_bpf(napi_env env, napi_value exports);
void init_bpf_start(napi_env env, napi_value exports);
void init_clock(napi_env env, napi_value exports);
void init_errno(napi_env env, napi_value exports);
void init_fuse(napi_env env, napi_value exports);
void init_handles(napi_env env, napi_value exports);
void init_link_events(napi_env env, napi_value exports);
void init_listns(napi_env env, napi_value exports);
void init_mount_events(napi_env env, napi_value exports);
void init_mount_visit(napi_env env, napi_value exports);
void init_mount_walk(napi_env env, napi_value exports);
void init_mounts(napi_env env, napi_value exports);
void init_kcmp(napi_env env, napi_value exports);
void init_netlink(napi_env env, napi_value exports);
void init_netns_ids(napi_env env, napi_value exports);
void init_network_visit(napi_env env, napi_value exports);
void init_nsfs(napi_env env, napi_value exports);
void init_nsfs_batch(napi_env env, napi_value exports);
void init_proc(napi_env env, napi_value exports);
void init_process_events(napi_env env, napi_value exports);
void init_readiness(napi_env env, napi_value exports);
void init_ring(napi_env env, napi_value exports);
void init_sockets(napi_env env, napi_value exports);
void init_spawn(napi_env env, napi_value exports);
void init_stand_in(napi_env env, napi_value exports);
void init_trace(napi_env env, napi_value exports);
void init_unshare(napi_env env, napi_value exports);
void init_uts(napi_env env, napi_value exports);
void init_wait(napi_env env, napi_value exports);
void init_xtables(napi_env env, napi_value exports);
#endif
