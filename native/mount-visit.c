/*
 * setns(2) into a mount namespace: what can be read only from inside. A thread of the addon's own goes in and ends
 * there; Node's threads never leave theirs. /proc need not be mounted in there: the thread takes its own directory of
 * /proc along as a descriptor.
 */
#include "mount-visit.h"
#include "addon.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef NSFS_MAGIC
#define NSFS_MAGIC 0x6e736673
#endif

static bool fail(struct failure *failure, const char *call) {
	*failure = (struct failure){errno, call};
	return false;
}

bool enter_mount_namespace(int fd, int *own, struct failure *failure) {
	/* Without a file system state of its own a thread is refused (EINVAL). */
	if (unshare(CLONE_FS) < 0) return fail(failure, "unshare(CLONE_FS)");
	if ((*own = open("/proc/thread-self", O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) return fail(failure, "open(/proc/thread-self)");
	if (setns(fd, CLONE_NEWNS) == 0) return true;
	fail(failure, "setns");
	close(*own);
	return false;
}

bool run_visit(void *(*run)(void *), void *visit, struct failure *failure) {
	pthread_t thread;
	int err = pthread_create(&thread, NULL, run, visit);
	if (err) *failure = (struct failure){err, "pthread_create"};
	else pthread_join(thread, NULL);
	return failure->err == 0;
}

struct mountinfo_visit {
	int fd;
	char *text;
	size_t size;
	struct failure failure;
};

static bool read_whole(struct mountinfo_visit *visit, int file) {
	size_t room = 0;
	for (;;) {
		if (visit->size == room) {
			char *text = realloc(visit->text, room = room ? room * 2 : 65536);
			if (!text) return fail(&visit->failure, "realloc");
			visit->text = text;
		}
		ssize_t got = read(file, visit->text + visit->size, room - visit->size);
		if (got < 0) return fail(&visit->failure, "read(mountinfo)");
		if (got == 0) return true;
		visit->size += got;
	}
}

static void *visit_mountinfo(void *argument) {
	struct mountinfo_visit *visit = argument;
	int own;
	if (!enter_mount_namespace(visit->fd, &own, &visit->failure)) return NULL;
	int file = openat(own, "mountinfo", O_RDONLY | O_CLOEXEC);
	close(own);
	if (file < 0) return fail(&visit->failure, "open(mountinfo)"), NULL;
	read_whole(visit, file);
	close(file);
	return NULL;
}

/* readMountinfoIn(fd: number) → Buffer */
static napi_value read_mountinfo_in(napi_env env, napi_callback_info info) {
	napi_value arg;
	struct mountinfo_visit visit = {0};
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &visit.fd)) return NULL;
	if (run_visit(visit_mountinfo, &visit, &visit.failure)) return make_buffer(env, visit.text, visit.size);
	free(visit.text);
	return throw_errno(env, visit.failure.err, visit.failure.call);
}

struct found {
	struct failure failure;
	uint64_t inode, dev;
	int fd;
};

struct points_visit {
	int fd;
	bool keep;
	size_t count;
	const char **paths;
	struct found *found;
	struct failure failure;
};

/* O_PATH first: whatever lies at the path is not opened unless it is a namespace. */
static bool look(int own, const char *path, bool keep, struct found *found) {
	struct statfs file_system;
	struct stat status;
	char link[32];
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) return fail(&found->failure, "open(O_PATH)");
	bool done = fstatfs(fd, &file_system) == 0 || fail(&found->failure, "fstatfs");
	if (done && file_system.f_type != NSFS_MAGIC) {
		errno = ENOTTY; /* as ioctl_nsfs(2) says of what is no namespace */
		done = fail(&found->failure, "fstatfs(NSFS_MAGIC)");
	}
	done = done && (fstat(fd, &status) == 0 || fail(&found->failure, "fstat"));
	if (done && keep) {
		snprintf(link, sizeof link, "fd/%d", fd);
		found->fd = openat(own, link, O_RDONLY | O_CLOEXEC);
		done = found->fd >= 0 || fail(&found->failure, "open(fd)");
	}
	close(fd);
	if (done) found->inode = status.st_ino, found->dev = status.st_dev;
	return done;
}

static void *visit_points(void *argument) {
	struct points_visit *visit = argument;
	int own;
	if (!enter_mount_namespace(visit->fd, &own, &visit->failure)) return NULL;
	for (size_t i = 0; i < visit->count; i++) look(own, visit->paths[i], visit->keep, &visit->found[i]);
	close(own);
	return NULL;
}

static void set_number(napi_env env, napi_value object, const char *name, int64_t number) {
	napi_set_named_property(env, object, name, make_int(env, number));
}

static void set_text(napi_env env, napi_value object, const char *name, const char *text) {
	napi_value value;
	if (napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value) == napi_ok)
		napi_set_named_property(env, object, name, value);
}

static napi_value to_object(napi_env env, const struct found *found) {
	napi_value object;
	if (napi_create_object(env, &object) != napi_ok) return NULL;
	if (found->failure.err) {
		set_text(env, object, "code", errno_name(found->failure.err));
		set_number(env, object, "errno", found->failure.err);
		set_text(env, object, "syscall", found->failure.call);
		return object;
	}
	set_number(env, object, "inode", found->inode);
	set_number(env, object, "dev", found->dev);
	if (found->fd >= 0) set_number(env, object, "fd", found->fd);
	return object;
}

/* findNamespacesIn(fd: number, paths: Uint8Array of names that end with 0, keep: 0 | 1) → objects, in the order of the paths */
static napi_value find_namespaces_in(napi_env env, napi_callback_info info) {
	napi_value args[3], result = NULL;
	void *data;
	size_t size, room = 0;
	int32_t keep;
	struct points_visit visit = {0};
	if (!read_arguments(env, info, 3, args) || !read_int(env, args[0], &visit.fd) ||
	    !read_bytes(env, args[1], &data, &size) || !read_int(env, args[2], &keep))
		return NULL;
	visit.keep = keep;
	for (size_t i = 0; i < size; i++) room += ((char *)data)[i] == 0;
	visit.paths = calloc(room + 1, sizeof *visit.paths);
	visit.found = calloc(room + 1, sizeof *visit.found);
	if (visit.paths && visit.found) {
		for (const char *path = data; visit.count < room; path += strlen(path) + 1) {
			visit.found[visit.count].fd = -1;
			visit.paths[visit.count++] = path;
		}
		if (!run_visit(visit_points, &visit, &visit.failure)) throw_errno(env, visit.failure.err, visit.failure.call);
		else if (napi_create_array_with_length(env, visit.count, &result) == napi_ok)
			for (size_t i = 0; i < visit.count; i++) napi_set_element(env, result, i, to_object(env, &visit.found[i]));
	} else throw_errno(env, ENOMEM, "calloc");
	free(visit.paths);
	free(visit.found);
	return result;
}

void init_mount_visit(napi_env env, napi_value exports) {
	export_function(env, exports, "readMountinfoIn", read_mountinfo_in);
	export_function(env, exports, "findNamespacesIn", find_namespaces_in);
}
