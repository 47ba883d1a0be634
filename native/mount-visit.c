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
#include <stdlib.h>
#include <unistd.h>

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

void init_mount_visit(napi_env env, napi_value exports) {
	export_function(env, exports, "readMountinfoIn", read_mountinfo_in);
}
