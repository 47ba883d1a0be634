/*
 * A stand-in: a child that makes calls on files for this process, one at a time, and can be left behind. A thread cannot:
 * who waits for a file system that has taken the request and does not answer cannot be killed, and a process does not end
 * before the last of its threads. Descriptors go both ways over the socket: unix(7) SCM_RIGHTS.
 */
#include "addon.h"
#include "file-calls.h"
#include "spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <linux/stat.h>
#include <time.h>
#include <unistd.h>

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

/* With a descriptor, or -1 for none. */
static ssize_t send_with(int socket, const void *data, size_t size, int fd) {
	struct iovec part = {(void *)data, size};
	union control control = {0};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof control;
		control.head = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
	}
	ssize_t sent;
	while ((sent = sendmsg(socket, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR) continue;
	return sent;
}

static ssize_t receive_with(int socket, void *data, size_t size, int *fd) {
	struct iovec part = {data, size};
	union control control = {0};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
	ssize_t got;
	*fd = -1;
	while ((got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) continue;
	const struct cmsghdr *head = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (head && head->cmsg_type == SCM_RIGHTS) memcpy(fd, CMSG_DATA(head), sizeof *fd);
	return got;
}

/* Until the other end is closed. */
__attribute__((noreturn)) static void stand_in(int socket) {
	static struct call call;
	static struct answer answer;
	sigset_t all;
	int fd;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	/* Above standard error, where close_others has something below it. */
	if (socket < 3) socket = fcntl(socket, F_DUPFD_CLOEXEC, 3);
	/* A pipe that this process held would not end with the other. */
	close_others(socket);
	setsid();
	prctl(PR_SET_NAME, "nscope-stand-in", 0, 0, 0);
	int own_fds = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (receive_with(socket, &call, sizeof call, &fd) > 0) {
		make_call(&call, fd, own_fds, &answer);
		int opened = gives_descriptor(call.what) && !answer.err ? (int)answer.value : -1;
		if (send_with(socket, &answer, offsetof(struct answer, data) + answer.size, opened) < 0) break;
		if (opened >= 0) close(opened);
		if (fd >= 0) close(fd);
	}
	_exit(0);
}

/* startStandIn() → [pid, socket]. Its end is no signal, and no wait(2) for children hears of it. */
static napi_value start(napi_env env, napi_callback_info info) {
	napi_value result;
	int sockets[2];
	sigset_t all, before;
	(void)info;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0) return throw_errno(env, errno, "socketpair");
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid_t pid = syscall(SYS_clone, 0UL, 0UL, 0UL, 0UL, 0UL);
	int err = errno;
	if (pid == 0) stand_in(sockets[1]);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(sockets[1]);
	if (pid < 0) {
		close(sockets[0]);
		return throw_errno(env, err, "clone");
	}
	if (napi_create_array_with_length(env, 2, &result) != napi_ok) return NULL;
	napi_set_element(env, result, 0, make_int(env, pid));
	napi_set_element(env, result, 1, make_int(env, sockets[0]));
	return result;
}

/* endStandIn(pid: number, wait: 0 | 1) → whether it is gone; one that waits for an answer may not be before that comes. */
static napi_value end(napi_env env, napi_callback_info info) {
	napi_value args[2], result;
	int32_t pid, wait;
	if (!read_arguments(env, info, 2, args) || !read_int(env, args[0], &pid) || !read_int(env, args[1], &wait)) return NULL;
	kill(pid, SIGKILL);
	pid_t ended;
	while ((ended = waitpid(pid, NULL, wait ? __WALL : __WALL | WNOHANG)) < 0 && errno == EINTR) continue;
	bool gone = ended != 0;
	return napi_get_boolean(env, gone, &result) == napi_ok ? result : NULL;
}

static int64_t read_clock(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* 1 when an answer is there, 0 after the time, -1 with errno. */
static int wait_for_answer(int socket, uint32_t timeout_ms) {
	struct pollfd polled = {.fd = socket, .events = POLLIN};
	int64_t until = read_clock() + timeout_ms, left = timeout_ms;
	int ready;
	while ((ready = poll(&polled, 1, (int)left)) < 0 && errno == EINTR)
		if ((left = until - read_clock()) < 0) left = 0;
	return ready;
}

static const char *ask(int socket, const struct call *call, int fd, uint32_t timeout_ms, struct answer *answer, bool *late) {
	int opened;
	if (send_with(socket, call, sizeof *call, fd) < 0) return "sendmsg";
	int ready = wait_for_answer(socket, timeout_ms);
	if (ready < 0) return "poll";
	if ((*late = ready == 0)) return NULL;
	ssize_t got = receive_with(socket, answer, sizeof *answer, &opened);
	if (got < (ssize_t)offsetof(struct answer, data)) return errno = got < 0 ? errno : EPIPE, "recvmsg";
	if (gives_descriptor(call->what) && !answer->err) {
		/* Without room for another descriptor the message comes without it. */
		if (opened < 0) return errno = EMFILE, "recvmsg";
		answer->value = opened;
	}
	return NULL;
}

/*
 * callFile(socket: number, what, fd, name: Uint8Array, flags, offset, size, timeoutMs) → a descriptor or a number, for
 * what reads a Buffer; null when no answer came in time. By this process itself where the socket is -1.
 */
static napi_value call_file(napi_env env, napi_callback_info info) {
	static _Thread_local struct call call;
	static _Thread_local struct answer answer;
	napi_value args[8], result = NULL;
	int32_t socket, fd;
	uint32_t offset, size, timeout_ms;
	void *name;
	size_t length;
	bool late = false;
	if (!read_arguments(env, info, 8, args) || !read_int(env, args[0], &socket) || !read_uint(env, args[1], &call.what) ||
	    !read_int(env, args[2], &fd) || !read_bytes(env, args[3], &name, &length) || !read_uint(env, args[4], &call.flags) ||
	    !read_uint(env, args[5], &offset) || !read_uint(env, args[6], &size) || !read_uint(env, args[7], &timeout_ms))
		return NULL;
	if (length >= sizeof call.name) return throw_errno(env, ENAMETOOLONG, name_call(call.what));
	memset(call.name, 0, sizeof call.name);
	memcpy(call.name, name, length);
	call.offset = offset;
	call.size = size;
	const char *failed = NULL;
	if (socket < 0) make_call(&call, fd, -1, &answer);
	else failed = ask(socket, &call, fd, timeout_ms, &answer, &late);
	if (failed) return throw_errno(env, errno, failed);
	if (late) return napi_get_null(env, &result) == napi_ok ? result : NULL;
	if (answer.err) return throw_errno(env, answer.err, name_call(call.what));
	if (gives_descriptor(call.what) || call.what == CALL_FILE_SYSTEM) return make_int(env, answer.value);
	return napi_create_buffer_copy(env, answer.size, answer.data, NULL, &result) == napi_ok ? result : NULL;
}

/*
 * lookAtFile(fd: number) → [mode, uid, gid, inode, dev, size, changed], as the kernel knows it, `changed` being st_ctime in
 * ms: who serves the file system is not asked, and so this returns at once. statx(2) is in musl from 1.2.4 on alone.
 */
static napi_value look(napi_env env, napi_callback_info info) {
	napi_value arg, result;
	int32_t fd;
	struct statx st;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &fd)) return NULL;
	int flags = AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;
	if (syscall(SYS_statx, fd, "", flags, STATX_BASIC_STATS, &st) < 0) return throw_errno(env, errno, "statx");
	int64_t changed = st.stx_ctime.tv_sec * 1000 + st.stx_ctime.tv_nsec / 1000000;
	const uint64_t told[] = {st.stx_mode, st.stx_uid, st.stx_gid, st.stx_ino, makedev(st.stx_dev_major, st.stx_dev_minor), st.stx_size, (uint64_t)changed};
	if (napi_create_array_with_length(env, 7, &result) != napi_ok) return NULL;
	for (uint32_t i = 0; i < 7; i++) napi_set_element(env, result, i, make_int(env, (int64_t)told[i]));
	return result;
}

void init_stand_in(napi_env env, napi_value exports) {
	export_function(env, exports, "startStandIn", start);
	export_function(env, exports, "endStandIn", end);
	export_function(env, exports, "callFile", call_file);
	export_function(env, exports, "lookAtFile", look);
}
