/* Namespaces to visit, each by a path that should lead to it. */
#include "targets.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

int open_target(const struct targets *targets, size_t index) {
	struct stat status;
	int fd = open(targets->paths[index], O_RDONLY | O_CLOEXEC);
	if (fd < 0) return -1;
	int err = fstat(fd, &status) < 0 ? errno : status.st_ino != targets->inodes[index] ? ESTALE : 0;
	if (!err) return fd;
	close(fd);
	errno = err;
	return -1;
}
