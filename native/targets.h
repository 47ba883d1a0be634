/* Namespaces to visit, each by a path that should lead to it: shared by what asks many of them in one call. */
#ifndef NSCOPE_TARGETS_H
#define NSCOPE_TARGETS_H
#include "addon.h"

struct targets {
	const char **paths;
	const uint32_t *inodes; /* borrowed */
	size_t count;
};

/* From a Uint8Array of names that end with 0 and a Uint32Array; false after throwing. */
bool read_targets(napi_env env, napi_value paths, napi_value inodes, struct targets *targets);
void free_targets(struct targets *targets);
/* A descriptor, or -1 with errno: ESTALE where the path leads elsewhere by now. */
int open_target(const struct targets *targets, size_t index);
#endif
