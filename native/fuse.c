/* /dev/fuse: mount(2), descriptors from fusermount3, and a thread that reads requests. fuse(4), include/uapi/linux/fuse.h */
#include "addon.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel refuses to read with less than this: FUSE_MIN_READ_BUFFER, or what the largest write that was agreed to needs. */
#define REQUEST_BYTES (16 * 1024)
/* With so much not yet taken the thread waits: the requests stay in the kernel's queue. */
#define MAX_BYTES (1024 * 1024)

/* fuseMount(source, target, type, flags: number, data) */
static napi_value fuse_mount(napi_env env, napi_callback_info info) {
	napi_value args[5], result = NULL;
	char *texts[4] = {NULL, NULL, NULL, NULL};
	uint32_t flags;
	if (!read_arguments(env, info, 5, args)) return NULL;
	if (read_string(env, args[0], &texts[0]) && read_string(env, args[1], &texts[1]) &&
	    read_string(env, args[2], &texts[2]) && read_uint(env, args[3], &flags) && read_string(env, args[4], &texts[3])) {
		if (mount(texts[0], texts[1], texts[2], flags, texts[3]) < 0)
			throw_errno(env, errno, "mount");
		else
			napi_get_undefined(env, &result);
	}
	for (int i = 0; i < 4; i++) free(texts[i]);
	return result;
}

/* fuseUnmount(target, flags: number) */
static napi_value unmount(napi_env env, napi_callback_info info) {
	napi_value args[2], result = NULL;
	char *target;
	uint32_t flags;
	if (!read_arguments(env, info, 2, args) || !read_uint(env, args[1], &flags) || !read_string(env, args[0], &target))
		return NULL;
	if (umount2(target, (int)flags) < 0)
		throw_errno(env, errno, "umount2");
	else
		napi_get_undefined(env, &result);
	free(target);
	return result;
}

/* fuseSocketpair() → [ours, theirs]: unix stream sockets; ours is closed on exec. */
static napi_value make_socketpair(napi_env env, napi_callback_info info) {
	napi_value result;
	int fds[2];
	(void)info;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) return throw_errno(env, errno, "socketpair");
	if (napi_create_array_with_length(env, 2, &result) != napi_ok) return NULL;
	napi_set_element(env, result, 0, make_int(env, fds[0]));
	napi_set_element(env, result, 1, make_int(env, fds[1]));
	return result;
}

/* fuseReceiveDescriptor(socket) → fd, or -1 where the other side closed without sending one. unix(7) SCM_RIGHTS */
static napi_value receive_descriptor(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t socket;
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	ssize_t size;
	int fd = -1;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &socket)) return NULL;
	do size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (size < 0 && errno == EINTR);
	if (size < 0) return throw_errno(env, errno, "recvmsg");
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	if (size > 0 && head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(head), sizeof fd);
	return make_int(env, fd);
}

struct reader {
	int fd, stop[2];
	pthread_t thread;
	napi_threadsafe_function deliver;
	pthread_mutex_t lock;
	pthread_cond_t taken;
	char *bytes; /* frames not yet taken: u32 size, the request, padding to 8 */
	size_t used;
	bool announced, stopping, joined, ended;
	int err; /* why it ended */
	bool refuse_own;
	int owners; /* the object that JavaScript has, and the function; touched by the main thread alone */
	char request[REQUEST_BYTES] __attribute__((aligned(8)));
};

/* A request of this process itself, whose answer would wait for the thread that waits for it. */
static bool is_own(const struct fuse_in_header *head) {
	char path[64];
	snprintf(path, sizeof path, "/proc/self/task/%u", head->pid);
	return head->pid != 0 && access(path, F_OK) == 0;
}

static bool has_reply(uint32_t opcode) {
	return opcode != FUSE_FORGET && opcode != FUSE_BATCH_FORGET && opcode != FUSE_INTERRUPT && opcode != FUSE_DESTROY;
}

/* Answers EDEADLK. @return whether it did */
static bool refuse(const struct reader *reader, size_t size) {
	const struct fuse_in_header *head = (const void *)reader->request;
	if (size < sizeof *head || !has_reply(head->opcode) || !is_own(head)) return false;
	struct fuse_out_header answer = {.len = sizeof answer, .error = -EDEADLK, .unique = head->unique};
	(void)!write(reader->fd, &answer, sizeof answer);
	return true;
}

/* Appends a frame and tells the main thread, unless it knows of others that it has not taken yet. */
static void keep(struct reader *reader, uint32_t size) {
	pthread_mutex_lock(&reader->lock);
	while (reader->used > MAX_BYTES && !reader->stopping) pthread_cond_wait(&reader->taken, &reader->lock);
	if (!reader->bytes) reader->bytes = malloc(MAX_BYTES + 2 * REQUEST_BYTES);
	if (reader->bytes && !reader->stopping) {
		memcpy(reader->bytes + reader->used, &size, sizeof size);
		memcpy(reader->bytes + reader->used + sizeof size, reader->request, size);
		reader->used += (sizeof size + size + 7) & ~(size_t)7;
	}
	bool announce = !reader->announced;
	reader->announced = true;
	pthread_mutex_unlock(&reader->lock);
	if (announce) napi_call_threadsafe_function(reader->deliver, NULL, napi_tsfn_nonblocking);
}

static void *read_requests(void *argument) {
	struct reader *reader = argument;
	struct pollfd waits[2] = {{.fd = reader->fd, .events = POLLIN}, {.fd = reader->stop[0], .events = POLLIN}};
	for (;;) {
		ssize_t size = read(reader->fd, reader->request, sizeof reader->request);
		if (size > 0) {
			if (!__atomic_load_n(&reader->refuse_own, __ATOMIC_ACQUIRE) || !refuse(reader, (size_t)size))
				keep(reader, (uint32_t)size);
			continue;
		}
		/* ENOENT: the request was interrupted before it was read. */
		if (size < 0 && errno != EAGAIN && errno != EINTR && errno != ENOENT) {
			reader->err = errno;
			break;
		}
		if (poll(waits, 2, -1) < 0 && errno != EINTR) {
			reader->err = errno;
			break;
		}
		if (waits[1].revents) break;
	}
	__atomic_store_n(&reader->ended, true, __ATOMIC_RELEASE);
	napi_call_threadsafe_function(reader->deliver, NULL, napi_tsfn_nonblocking);
	return NULL;
}

/* On the main thread: gives what has come as one buffer, and at the end the errno's name. */
static void deliver(napi_env env, napi_value callback, void *context, void *data) {
	struct reader *reader = context;
	napi_value args[2], receiver;
	(void)data;
	if (!env) return;
	/* Looked at first: what came before the end is taken below. */
	bool ended = __atomic_load_n(&reader->ended, __ATOMIC_ACQUIRE);
	pthread_mutex_lock(&reader->lock);
	char *bytes = reader->bytes;
	size_t used = reader->used;
	reader->bytes = NULL;
	reader->used = 0;
	reader->announced = false;
	pthread_cond_signal(&reader->taken);
	pthread_mutex_unlock(&reader->lock);
	if (bytes && used < MAX_BYTES / 2) bytes = realloc(bytes, used ? used : 1) ?: bytes;
	args[0] = make_buffer(env, bytes, used);
	napi_get_null(env, &args[1]);
	if (ended && reader->err) napi_create_string_utf8(env, errno_name(reader->err), NAPI_AUTO_LENGTH, &args[1]);
	else if (ended) napi_create_string_utf8(env, "", NAPI_AUTO_LENGTH, &args[1]);
	napi_get_undefined(env, &receiver);
	napi_call_function(env, receiver, callback, 2, args, NULL);
}

static void stop(struct reader *reader) {
	if (reader->joined) return;
	reader->joined = true;
	pthread_mutex_lock(&reader->lock);
	reader->stopping = true;
	pthread_cond_signal(&reader->taken);
	pthread_mutex_unlock(&reader->lock);
	(void)!write(reader->stop[1], "", 1);
	pthread_join(reader->thread, NULL);
	close(reader->stop[0]);
	close(reader->stop[1]);
	napi_release_threadsafe_function(reader->deliver, napi_tsfn_release);
}

static void disown(struct reader *reader) {
	if (--reader->owners > 0) return;
	free(reader->bytes);
	free(reader);
}

static void forget_object(napi_env env, void *data, void *hint) {
	(void)env;
	(void)hint;
	stop(data);
	disown(data);
}

static void forget_function(napi_env env, void *data, void *hint) {
	(void)env;
	(void)data;
	disown(hint);
}

/* fuseListen(fd, callback: (frames: Buffer, ended: string | null) => void) → reader. Makes the descriptor non-blocking. */
static napi_value listen_requests(napi_env env, napi_callback_info info) {
	napi_value args[2], name, result;
	int32_t fd;
	if (!read_arguments(env, info, 2, args) || !read_int(env, args[0], &fd)) return NULL;
	struct reader *reader = calloc(1, sizeof *reader);
	if (!reader) return throw_errno(env, ENOMEM, "calloc");
	reader->fd = fd;
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || pipe2(reader->stop, O_CLOEXEC) < 0) {
		int err = errno;
		free(reader);
		return throw_errno(env, err, "fcntl");
	}
	pthread_mutex_init(&reader->lock, NULL);
	pthread_cond_init(&reader->taken, NULL);
	napi_create_string_utf8(env, "fuse", NAPI_AUTO_LENGTH, &name);
	int err = EINVAL;
	reader->owners = 1;
	if (napi_create_threadsafe_function(env, args[1], NULL, name, 0, 1, NULL, forget_function, reader, deliver,
					    &reader->deliver) == napi_ok) {
		reader->owners = 2;
		err = pthread_create(&reader->thread, NULL, read_requests, reader);
		if (err) napi_release_threadsafe_function(reader->deliver, napi_tsfn_abort);
	}
	if (err) {
		close(reader->stop[0]);
		close(reader->stop[1]);
		disown(reader);
		return throw_errno(env, err, "pthread_create");
	}
	if (napi_create_external(env, reader, forget_object, NULL, &result) == napi_ok) return result;
	forget_object(env, reader, NULL);
	return NULL;
}

static struct reader *read_reader(napi_env env, napi_value value) {
	void *reader = NULL;
	napi_valuetype type;
	if (napi_typeof(env, value, &type) != napi_ok || type != napi_external ||
	    napi_get_value_external(env, value, &reader) != napi_ok)
		throw_argument(env, "expected what fuseListen gave");
	return reader;
}

/* fuseStop(reader): the thread has ended when it returns; the descriptor stays open. */
static napi_value stop_listening(napi_env env, napi_callback_info info) {
	napi_value arg, result = NULL;
	struct reader *reader;
	if (!read_arguments(env, info, 1, &arg) || !(reader = read_reader(env, arg))) return NULL;
	stop(reader);
	napi_get_undefined(env, &result);
	return result;
}

/* fuseRefuseOwn(reader, 0 | 1): whether requests of this process are answered EDEADLK by the thread. */
static napi_value refuse_own(napi_env env, napi_callback_info info) {
	napi_value args[2], result = NULL;
	struct reader *reader;
	int32_t value;
	if (!read_arguments(env, info, 2, args) || !(reader = read_reader(env, args[0])) || !read_int(env, args[1], &value))
		return NULL;
	__atomic_store_n(&reader->refuse_own, value != 0, __ATOMIC_RELEASE);
	napi_get_undefined(env, &result);
	return result;
}

void init_fuse(napi_env env, napi_value exports) {
	export_function(env, exports, "fuseMount", fuse_mount);
	export_function(env, exports, "fuseUnmount", unmount);
	export_function(env, exports, "fuseSocketpair", make_socketpair);
	export_function(env, exports, "fuseReceiveDescriptor", receive_descriptor);
	export_function(env, exports, "fuseListen", listen_requests);
	export_function(env, exports, "fuseStop", stop_listening);
	export_function(env, exports, "fuseRefuseOwn", refuse_own);
}
