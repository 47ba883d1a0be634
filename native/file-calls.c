/*
 * openat2(2), and what is asked of the descriptors that it gives. Nothing here is decided: which name, which flags and
 * whether to ask at all is the caller's. Runs in a child after fork as well: system calls alone.
 */
#include "file-calls.h"
#include "directory-entry.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

/* include/uapi/linux/openat2.h, which older systems lack. */
enum { RESOLVE_NO_MAGICLINKS = 2, RESOLVE_BENEATH = 8 };
struct open_how {
	uint64_t flags, mode, resolve;
};

const char *name_call(uint32_t what) {
	static const char *const names[] = {"",           "openat2",    "open",    "pread", "readlinkat",
	                                    "getdents64", "fstatfs", "setns"};
	return what < CALL_COUNT ? names[what] : "";
}

bool gives_descriptor(uint32_t what) { return what == CALL_OPEN || what == CALL_REOPEN || what == CALL_ENTER_ROOT; }

/*
 * A name below a directory. Before Linux 5.6, and where a filter refuses the call, one name is opened without it: with
 * O_NOFOLLOW neither a link nor ".." is left that could lead elsewhere.
 */
static int64_t open_below(int fd, const char *name, uint32_t flags) {
	struct open_how how = {.flags = flags, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
	long opened = syscall(SYS_openat2, fd, name, &how, sizeof how);
	if (opened >= 0 || (errno != ENOSYS && errno != EPERM)) return opened;
	if (strchr(name, '/') || !strcmp(name, "..") || !(flags & O_NOFOLLOW)) return -1;
	return openat(fd, name, (int)flags);
}

/* What an O_PATH descriptor stands for, opened for reading. */
static int64_t reopen(int fd, int own_fds, uint32_t flags) {
	char path[32];
	snprintf(path, sizeof path, own_fds < 0 ? "/proc/self/fd/%d" : "%d", fd);
	return openat(own_fds, path, (int)flags);
}

/* The names of a directory, each with its end, as many as one call gives; none at the end. */
static int64_t list(int fd, struct answer *answer) {
	long size = syscall(SYS_getdents64, fd, answer->data, sizeof answer->data);
	for (long at = 0; at < size;) {
		const struct directory_entry *entry = (const void *)(answer->data + at);
		size_t length = strlen(entry->name) + 1;
		at += entry->size;
		/* Each name is shorter than its entry, which is not needed any more. */
		memmove(answer->data + answer->size, entry->name, length);
		answer->size += (uint32_t)length;
	}
	return size;
}

/* The root directory of a mount namespace. For a process with one thread, which is back in its own afterwards. */
static int64_t enter_root(int fd) {
	int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (own < 0) return -1;
	int64_t root = setns(fd, CLONE_NEWNS) < 0 ? -1 : open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int err = errno;
	if (root >= 0 && setns(own, CLONE_NEWNS) < 0) _exit(1);
	close(own);
	errno = err;
	return root;
}

static int64_t take(int64_t size, struct answer *answer) {
	if (size > 0) answer->size = (uint32_t)size;
	return size;
}

void make_call(const struct call *call, int fd, int own_fds, struct answer *answer) {
	struct statfs status;
	size_t size = call->size < sizeof answer->data ? call->size : sizeof answer->data;
	answer->err = 0;
	answer->size = 0;
	answer->value = -1;
	errno = EINVAL;
	switch (call->what) {
	case CALL_OPEN: answer->value = open_below(fd, call->name, call->flags); break;
	case CALL_REOPEN: answer->value = reopen(fd, own_fds, call->flags); break;
	case CALL_READ: answer->value = take(pread(fd, answer->data, size, (off_t)call->offset), answer); break;
	case CALL_READ_LINK: answer->value = take(readlinkat(fd, "", answer->data, size), answer); break;
	case CALL_LIST: answer->value = list(fd, answer); break;
	case CALL_FILE_SYSTEM: answer->value = fstatfs(fd, &status) < 0 ? -1 : (int64_t)(uint32_t)status.f_type; break;
	case CALL_ENTER_ROOT:
		if (own_fds >= 0) answer->value = enter_root(fd);
		break;
	}
	if (answer->value < 0) answer->err = errno;
}
