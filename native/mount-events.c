/*
 * fanotify(7): what is attached to and detached from a mount namespace, without entering it. Linux 6.15. A mark keeps no
 * namespace alive: it goes with it.
 */
#include "addon.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <unistd.h>

/* include/uapi/linux/fanotify.h, which the headers of older systems lack. */
#define REPORT_MNT 0x4000
#define MARK_MNTNS 0x110
#define MNT_ATTACH 0x1000000ull
#define MNT_DETACH 0x2000000ull
#define EVENT_INFO_TYPE_MNT 7

struct info {
	uint8_t type, pad;
	uint16_t length;
	uint32_t spare;
	uint64_t mount;
};

/* mountEventsOpen(mntns: number) → a descriptor, non-blocking, that has the events of this mount namespace from now on. */
static napi_value open_events(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t namespace;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &namespace)) return NULL;
	int fd = fanotify_init(FAN_CLOEXEC | FAN_NONBLOCK | REPORT_MNT, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return throw_errno(env, errno, "fanotify_init");
	if (fanotify_mark(fd, FAN_MARK_ADD | MARK_MNTNS, MNT_ATTACH | MNT_DETACH, namespace, NULL) == 0)
		return make_int(env, fd);
	int err = errno;
	close(fd);
	return throw_errno(env, err, "fanotify_mark");
}

#define ROOM (64 << 10)

/*
 * mountEventsRead(fd) → Buffer of u64, three for each event: its mask, the 64-bit id of the mount (0 for the overflow of the
 * queue), the PID of who did it. Empty where none waits.
 */
static napi_value read_events(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t fd;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &fd)) return NULL;
	char *bytes = malloc(ROOM);
	/* Each event is larger than what is told of it. */
	uint64_t *out = malloc(ROOM);
	ssize_t got = bytes && out ? read(fd, bytes, ROOM) : -1;
	int err = !bytes || !out ? ENOMEM : got < 0 && errno != EAGAIN && errno != EINTR ? errno : 0;
	size_t count = 0;
	for (size_t at = 0; !err && got > 0 && at + sizeof(struct fanotify_event_metadata) <= (size_t)got;) {
		struct fanotify_event_metadata event;
		struct info mount = {0};
		memcpy(&event, bytes + at, sizeof event);
		if (event.event_len < sizeof event || event.event_len > (size_t)got - at) break;
		if (event.event_len >= event.metadata_len + sizeof mount) memcpy(&mount, bytes + at + event.metadata_len, sizeof mount);
		out[count++] = event.mask;
		out[count++] = mount.type == EVENT_INFO_TYPE_MNT ? mount.mount : 0;
		out[count++] = (uint64_t)(event.pid < 0 ? 0 : event.pid);
		at += event.event_len;
	}
	free(bytes);
	if (!err) return make_buffer(env, out, count * sizeof *out);
	free(out);
	return throw_errno(env, err, "read(fanotify)");
}

void init_mount_events(napi_env env, napi_value exports) {
	export_function(env, exports, "mountEventsOpen", open_events);
	export_function(env, exports, "mountEventsRead", read_events);
}
