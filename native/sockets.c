/* pidfds, other processes' descriptors, and the network namespaces behind sockets and tun devices. */
#include "addon.h"
#include "../bpf/layout.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#define SIOCGSKNS 0x894c
#define TUNGETDEVNETNS _IO('T', 227)
#define PIDFS_IOCTL_MAGIC 0xff

static napi_value give_fd(napi_env env, long fd, const char *call) {
	return fd < 0 ? throw_errno(env, errno, call) : make_int(env, fd);
}

static napi_value pidfd_open_(napi_env env, napi_callback_info info) {
	napi_value args[2];
	int32_t pid;
	uint32_t flags;
	if (!read_arguments(env, info, 2, args) || !read_int(env, args[0], &pid) || !read_uint(env, args[1], &flags)) return NULL;
	return give_fd(env, syscall(SYS_pidfd_open, pid, flags), "pidfd_open");
}

static napi_value pidfd_getfd_(napi_env env, napi_callback_info info) {
	napi_value args[2];
	int32_t pidfd, fd;
	if (!read_arguments(env, info, 2, args) || !read_int(env, args[0], &pidfd) || !read_int(env, args[1], &fd)) return NULL;
	return give_fd(env, syscall(SYS_pidfd_getfd, pidfd, fd, 0), "pidfd_getfd");
}

/* pidfdGetNamespace(pidfd: number, number: number): the requests PIDFD_GET_*_NAMESPACE have the numbers 1 to 10. */
static napi_value pidfd_get_namespace(napi_env env, napi_callback_info info) {
	napi_value args[2];
	int32_t pidfd;
	uint32_t number;
	if (!read_arguments(env, info, 2, args) || !read_int(env, args[0], &pidfd) || !read_uint(env, args[1], &number))
		return NULL;
	return give_fd(env, ioctl(pidfd, _IO(PIDFS_IOCTL_MAGIC, number), 0), "ioctl(PIDFD_GET_NAMESPACE)");
}

static napi_value get_by_ioctl(napi_env env, napi_callback_info info, unsigned long request, const char *call) {
	napi_value arg;
	int32_t fd;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &fd)) return NULL;
	return give_fd(env, ioctl(fd, request), call);
}

static napi_value socket_netns(napi_env env, napi_callback_info info) {
	return get_by_ioctl(env, info, SIOCGSKNS, "ioctl(SIOCGSKNS)");
}

static napi_value tun_device_netns(napi_env env, napi_callback_info info) {
	return get_by_ioctl(env, info, TUNGETDEVNETNS, "ioctl(TUNGETDEVNETNS)");
}

/* The inode numbers of a descriptor of another process and of its net namespace; the latter, or both, may be -errno. */
struct answer {
	int64_t netns, file;
};
RECORD_BYTES(answer, 16);
FIELD_AT(answer, netns, 0); FIELD_AT(answer, file, 8);

static struct answer find_netns(int pidfd, int number) {
	struct stat status;
	int fd = syscall(SYS_pidfd_getfd, pidfd, number, 0);
	if (fd < 0) return (struct answer){-errno, -errno};
	struct answer answer = {.file = fstat(fd, &status) < 0 ? -errno : (int64_t)status.st_ino};
	int netns = ioctl(fd, SIOCGSKNS);
	answer.netns = netns < 0 || fstat(netns, &status) < 0 ? -errno : (int64_t)status.st_ino;
	if (netns >= 0) close(netns);
	close(fd);
	return answer;
}

/* findSocketNetns(pidfd: number, fds: Int32Array) → Buffer of {i64 netns, i64 file}, in the order of the descriptors */
static napi_value find_socket_netns(napi_env env, napi_callback_info info) {
	napi_value args[2];
	int32_t pidfd;
	void *data;
	size_t size;
	if (!read_arguments(env, info, 2, args) || !read_int(env, args[0], &pidfd) || !read_bytes(env, args[1], &data, &size))
		return NULL;
	const int32_t *fds = data;
	size_t count = size / sizeof *fds;
	struct answer *answers = malloc((count + 1) * sizeof *answers);
	if (!answers) return throw_errno(env, ENOMEM, "malloc");
	for (size_t i = 0; i < count; i++) answers[i] = find_netns(pidfd, fds[i]);
	return make_buffer(env, answers, count * sizeof *answers);
}

void init_sockets(napi_env env, napi_value exports) {
	export_function(env, exports, "pidfdOpen", pidfd_open_);
	export_function(env, exports, "pidfdGetfd", pidfd_getfd_);
	export_function(env, exports, "pidfdGetNamespace", pidfd_get_namespace);
	export_function(env, exports, "siocgskns", socket_netns);
	export_function(env, exports, "tungetdevnetns", tun_device_netns);
	export_function(env, exports, "findSocketNetns", find_socket_netns);
}
