/* ioctl_nsfs(2), asked of many namespaces in one call. */
#include "nsfs.h"
#include "parallel.h"
#include "targets.h"
#include "../bpf/layout.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is asked besides the owner and the id. */
enum { PARENT = 1, OWNER_UID = 2, MNTNS_ID = 4 };

/* Inode numbers and the id are valid where the errno beside them is 0. */
struct answers {
	int32_t err, owner_err, parent_err, uid_err, id_err;
	uint32_t uid;
	uint64_t dev, owner, parent, id;
	int64_t seconds, nanoseconds; /* ctime */
};
RECORD_BYTES(answers, 72);
FIELD_AT(answers, err, 0); FIELD_AT(answers, owner_err, 4); FIELD_AT(answers, parent_err, 8);
FIELD_AT(answers, uid_err, 12); FIELD_AT(answers, id_err, 16); FIELD_AT(answers, uid, 20);
FIELD_AT(answers, dev, 24); FIELD_AT(answers, owner, 32); FIELD_AT(answers, parent, 40);
FIELD_AT(answers, id, 48); FIELD_AT(answers, seconds, 56); FIELD_AT(answers, nanoseconds, 64);

struct asking {
	struct targets targets;
	const uint8_t *what;
	struct answers *answers;
};

/* The inode number of the namespace that a request leads to; returns 0 or an errno. */
static int ask_inode(int fd, unsigned long request, uint64_t *inode) {
	struct stat status;
	int other = ioctl(fd, request);
	if (other < 0) return errno;
	int err = fstat(other, &status) < 0 ? errno : 0;
	close(other);
	*inode = status.st_ino;
	return err;
}

static void ask_all(int fd, unsigned what, struct answers *answers) {
	answers->owner_err = ask_inode(fd, NS_GET_USERNS, &answers->owner);
	if (what & PARENT) answers->parent_err = ask_inode(fd, NS_GET_PARENT, &answers->parent);
	if ((what & OWNER_UID) && ioctl(fd, NS_GET_OWNER_UID, &answers->uid) < 0) answers->uid_err = errno;
	if (ioctl(fd, NS_GET_ID, &answers->id) < 0) answers->id_err = errno;
	if (answers->id_err && (what & MNTNS_ID)) answers->id_err = ioctl(fd, NS_GET_MNTNS_ID, &answers->id) < 0 ? errno : 0;
}

static void ask_one(void *context, size_t index) {
	struct asking *asking = context;
	struct answers *answers = &asking->answers[index];
	struct stat status;
	int fd = open_target(&asking->targets, index);
	if (fd < 0 || fstat(fd, &status) < 0) {
		answers->err = errno;
	} else {
		answers->dev = status.st_dev;
		answers->seconds = status.st_ctim.tv_sec;
		answers->nanoseconds = status.st_ctim.tv_nsec;
		ask_all(fd, asking->what[index], answers);
	}
	if (fd >= 0) close(fd);
}

/*
 * nsReadAll(paths: Uint8Array of names that end with 0, inodes: Uint32Array, what: Uint8Array, threads) → Buffer of struct
 * answers, in the order of the paths
 */
static napi_value read_all(napi_env env, napi_callback_info info) {
	napi_value args[4];
	struct asking asking;
	void *what;
	size_t size;
	uint32_t threads;
	if (!read_arguments(env, info, 4, args) || !read_bytes(env, args[2], &what, &size) ||
	    !read_uint(env, args[3], &threads) || !read_targets(env, args[0], args[1], &asking.targets))
		return NULL;
	size_t count = asking.targets.count;
	asking.what = what;
	asking.answers = size == count ? calloc(count + 1, sizeof *asking.answers) : NULL;
	if (asking.answers) for_all(count, threads, ask_one, &asking);
	free_targets(&asking.targets);
	if (size != count) return throw_argument(env, "expected a question for each path");
	if (!asking.answers) return throw_errno(env, ENOMEM, "calloc");
	return make_buffer(env, asking.answers, count * sizeof *asking.answers);
}

void init_nsfs_batch(napi_env env, napi_value exports) { export_function(env, exports, "nsReadAll", read_all); }
