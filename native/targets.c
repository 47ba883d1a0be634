/* Namespaces to visit, each by a path that should lead to it. */
#include "targets.h"
#include "proc.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool read_targets(napi_env env, napi_value paths, napi_value inodes, struct targets *targets) {
	void *names, *numbers;
	size_t size, numbers_size;
	if (!read_bytes(env, paths, &names, &size) || !read_bytes(env, inodes, &numbers, &numbers_size)) return false;
	targets->inodes = numbers;
	targets->count = 0;
	if (!(targets->paths = malloc((numbers_size + 1) * sizeof *targets->paths)))
		return throw_errno(env, ENOMEM, "malloc"), false;
	const char *path = names, *end = path + size;
	for (; path < end && memchr(path, 0, (size_t)(end - path)); path += strlen(path) + 1)
		if (targets->count++ < numbers_size / sizeof(uint32_t)) targets->paths[targets->count - 1] = path;
	if (path == end && targets->count == numbers_size / sizeof(uint32_t)) return true;
	free_targets(targets);
	return throw_argument(env, "expected an inode number for each path"), false;
}

void free_targets(struct targets *targets) {
	free(targets->paths);
	targets->paths = NULL;
}

/*
 * Looked at before it is opened: by now a pipe or a device may lie there. Links of /proc are followed, others are not, and
 * what no longer leads to a number on nsfs stays closed. Whoever names a path sees to it that looking it up does not wait.
 */
int open_target(const struct targets *targets, size_t index) {
	const char *path = targets->paths[index];
	int at = open(path, O_PATH | O_CLOEXEC | (strncmp(path, "/proc/", 6) ? O_NOFOLLOW : 0));
	if (at < 0) return -1;
	int fd = open_nsfs(at, targets->inodes[index]), err = errno;
	close(at);
	errno = err;
	return fd;
}
