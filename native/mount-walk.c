/* All mount namespaces, one after another: NS_MNT_GET_NEXT and NS_MNT_GET_PREV of ioctl_nsfs(2). */
#include "addon.h"
#include "nsfs.h"
#include "../bpf/layout.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct walked {
	uint64_t inode, dev, id;
	uint64_t owner; /* its inode number; 0 where that is refused */
};
RECORD_BYTES(walked, 32);
FIELD_AT(walked, inode, 0); FIELD_AT(walked, dev, 8); FIELD_AT(walked, id, 16); FIELD_AT(walked, owner, 24);

struct walk {
	struct walked *records;
	size_t count, room;
};

/* One that is not active cannot be opened again: all is asked while the walk holds it. */
static int note(struct walk *walk, int fd, uint64_t id) {
	struct stat status, above;
	if (walk->count == walk->room) {
		size_t room = walk->room * 2 + 64;
		struct walked *records = realloc(walk->records, room * sizeof *records);
		if (!records) return ENOMEM;
		walk->records = records;
		walk->room = room;
	}
	if (fstat(fd, &status) < 0) return errno;
	struct walked *record = &walk->records[walk->count++];
	*record = (struct walked){.inode = status.st_ino, .dev = status.st_dev, .id = id};
	int owner = ioctl(fd, NS_GET_USERNS);
	if (owner < 0) return 0;
	if (fstat(owner, &above) == 0) record->owner = above.st_ino;
	close(owner);
	return 0;
}

/* Returns the errno at which it ended: ENOENT after the last one. */
static int go(struct walk *walk, int start, unsigned long request) {
	for (int here = start, err = 0;;) {
		struct mnt_ns_info info = {.size = sizeof info};
		int next = err ? -1 : ioctl(here, request, &info);
		if (!err && next < 0) err = errno;
		if (here != start) close(here);
		if (next < 0) return err;
		err = note(walk, next, info.mnt_ns_id);
		here = next;
	}
}

/*
 * walkMountNamespaces(fd of a mount namespace) → [Buffer of struct walked of those after it and before it, the errno at
 * which the walk ended]: ENOENT when it has all of them
 */
static napi_value walk_mount_namespaces(napi_env env, napi_callback_info info) {
	napi_value arg, result;
	int32_t fd;
	struct walk walk = {0};
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &fd)) return NULL;
	int err = go(&walk, fd, NS_MNT_GET_NEXT);
	if (err == ENOENT) err = go(&walk, fd, NS_MNT_GET_PREV);
	if (napi_create_array_with_length(env, 2, &result) != napi_ok) return free(walk.records), NULL;
	napi_set_element(env, result, 0, make_buffer(env, walk.records, walk.count * sizeof *walk.records));
	napi_set_element(env, result, 1, make_int(env, err));
	return result;
}

void init_mount_walk(napi_env env, napi_value exports) {
	export_function(env, exports, "walkMountNamespaces", walk_mount_namespaces);
}
