/*
 * statmount(2) and listmount(2): the mounts of any mount namespace by its 64-bit id, without entering it, in one packed
 * buffer. Linux 6.11 (6.8 for the caller's own).
 */
#include "addon.h"
#include "mount-record.h"
#include "mount-visit.h"
#include "nsfs.h"
#include "parallel.h"
#include "targets.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_statmount
#define SYS_statmount 457
#define SYS_listmount 458
#endif
#define LSMT_ROOT UINT64_MAX
#define IDS_PER_CALL 4096

enum { SB_BASIC = 1, MNT_BASIC = 2, PROPAGATE_FROM = 4, MNT_ROOT = 8, MNT_POINT = 0x10, FS_TYPE = 0x20, MNT_NS_ID = 0x40,
       MNT_OPTS = 0x80, FS_SUBTYPE = 0x100, SB_SOURCE = 0x200, MNT_UIDMAP = 0x2000, MNT_GIDMAP = 0x4000 };

/* include/uapi/linux/mount.h, which the headers of older systems lack. */
struct mnt_id_req {
	uint32_t size, spare;
	uint64_t mnt_id, param, mnt_ns_id;
};

struct statmount {
	uint32_t size, mnt_opts;
	uint64_t mask;
	uint32_t sb_dev_major, sb_dev_minor;
	uint64_t sb_magic;
	uint32_t sb_flags, fs_type;
	uint64_t mnt_id, mnt_parent_id;
	uint32_t mnt_id_old, mnt_parent_id_old;
	uint64_t mnt_attr, mnt_propagation, mnt_peer_group, mnt_master, propagate_from;
	uint32_t mnt_root, mnt_point;
	uint64_t mnt_ns_id;
	uint32_t fs_subtype, sb_source, opt_num, opt_array, opt_sec_num, opt_sec_array;
	uint64_t supported_mask;
	uint32_t mnt_uidmap_num, mnt_uidmap, mnt_gidmap_num, mnt_gidmap;
	uint64_t spare[43];
	char strings[];
};
_Static_assert(sizeof(struct statmount) == 512, "as the kernel has it");

struct reading {
	uint64_t mnt_ns_id;
	/* Only mounts of these file systems, or of these super blocks (major << 32 | minor); all when there are neither. */
	const uint64_t *magics, *devices;
	size_t magic_count, device_count;
	/* These mounts alone, where there are any. */
	const uint64_t *ids;
	size_t id_count;
	struct statmount *answer;
	size_t answer_room;
	char *data;
	size_t size, room;
};

/* Asks, and asks again with more room while the strings do not fit. Returns 0 or an errno. */
static int ask(struct reading *reading, uint64_t id, uint64_t mask) {
	struct mnt_id_req request = {.size = sizeof request, .mnt_id = id, .param = mask, .mnt_ns_id = reading->mnt_ns_id};
	while (syscall(SYS_statmount, &request, reading->answer, reading->answer_room, 0) < 0) {
		if (errno != EOVERFLOW || reading->answer_room > 1 << 20) return errno;
		struct statmount *answer = realloc(reading->answer, reading->answer_room * 2);
		if (!answer) return ENOMEM;
		reading->answer = answer;
		reading->answer_room *= 2;
	}
	return 0;
}

static bool has(const uint64_t *values, size_t count, uint64_t value) {
	for (size_t i = 0; i < count; i++)
		if (values[i] == value) return true;
	return false;
}

/* Whether all mounts are wanted, and then all that the kernel tells of them. */
static bool is_whole(const struct reading *reading) {
	return reading->magic_count + reading->device_count == 0;
}

static bool is_wanted(const struct reading *reading, const struct statmount *mount) {
	return has(reading->magics, reading->magic_count, mount->sb_magic) ||
	       has(reading->devices, reading->device_count, (uint64_t)mount->sb_dev_major << 32 | mount->sb_dev_minor);
}

/* So many strings, one after the other, each with its end. */
static size_t measure_array(const char *strings, uint32_t count) {
	const char *end = strings;
	while (count-- > 0) end += strlen(end) + 1;
	return (size_t)(end - strings);
}

static bool add(struct reading *reading, struct record *record, const char *const *strings) {
	size_t size = sizeof *record;
	for (int i = 0; i < STRINGS; i++) {
		if (!strings[i]) record->lengths[i] = UINT32_MAX;
		else if (i == UIDS) record->lengths[i] = measure_array(strings[i], reading->answer->mnt_uidmap_num);
		else if (i == GIDS) record->lengths[i] = measure_array(strings[i], reading->answer->mnt_gidmap_num);
		else record->lengths[i] = strlen(strings[i]);
		if (strings[i]) size += record->lengths[i];
	}
	record->size = size = (size + 7) & ~(size_t)7;
	if (reading->size + size > reading->room) {
		size_t room = (reading->size + size) * 2;
		char *data = realloc(reading->data, room);
		if (!data) return false;
		reading->data = data;
		reading->room = room;
	}
	char *to = reading->data + reading->size;
	memset(to, 0, size);
	memcpy(to, record, sizeof *record);
	to += sizeof *record;
	for (int i = 0; i < STRINGS; i++) {
		if (!strings[i]) continue;
		memcpy(to, strings[i], record->lengths[i]);
		to += record->lengths[i];
	}
	reading->size += size;
	return true;
}

/* Returns 0, or the errno that ends the reading. */
static int read_one(struct reading *reading, uint64_t id) {
	struct record record = {.id = id};
	const char *strings[STRINGS] = {0};
	/* The super block alone first, where most mounts are not wanted: no path is walked for those. */
	if (!is_whole(reading)) {
		record.err = ask(reading, id, SB_BASIC);
		if (!record.err && !is_wanted(reading, reading->answer)) return 0;
	}
	if (!record.err)
		record.err = ask(reading, id,
		                 SB_BASIC | MNT_BASIC | PROPAGATE_FROM | MNT_ROOT | MNT_POINT | FS_TYPE | MNT_NS_ID | SB_SOURCE |
		                     (is_whole(reading) ? MNT_OPTS | FS_SUBTYPE | MNT_UIDMAP | MNT_GIDMAP : 0));
	const struct statmount *s = reading->answer;
	if (!record.err) {
		record.parent = s->mnt_parent_id;
		record.magic = s->sb_magic;
		record.attributes = s->mnt_attr;
		record.propagation = s->mnt_propagation;
		record.peer_group = s->mnt_peer_group;
		record.master = s->mnt_master;
		record.propagate_from = s->mask & PROPAGATE_FROM ? s->propagate_from : 0;
		record.mnt_ns_id = s->mask & MNT_NS_ID ? s->mnt_ns_id : reading->mnt_ns_id;
		record.old_id = s->mnt_id_old;
		record.old_parent = s->mnt_parent_id_old;
		record.major = s->sb_dev_major;
		record.minor = s->sb_dev_minor;
		record.sb_flags = s->sb_flags;
		if (s->mask & FS_TYPE) strings[TYPE] = s->strings + s->fs_type;
		if (s->mask & MNT_ROOT) strings[ROOT] = s->strings + s->mnt_root;
		if (s->mask & MNT_POINT) strings[POINT] = s->strings + s->mnt_point;
		if (s->mask & SB_SOURCE) strings[SOURCE] = s->strings + s->sb_source;
		if (s->mask & MNT_OPTS) strings[OPTIONS] = s->strings + s->mnt_opts;
		if (s->mask & FS_SUBTYPE) strings[SUBTYPE] = s->strings + s->fs_subtype;
		if (s->mask & MNT_UIDMAP) strings[UIDS] = s->strings + s->mnt_uidmap;
		if (s->mask & MNT_GIDMAP) strings[GIDS] = s->strings + s->mnt_gidmap;
	}
	return add(reading, &record, strings) ? 0 : ENOMEM;
}

/* Returns NULL, or the call that failed with `errno`. */
static const char *read_all(struct reading *reading) {
	static const size_t first_room = 16384;
	uint64_t ids[IDS_PER_CALL];
	struct mnt_id_req request = {.size = sizeof request, .mnt_id = LSMT_ROOT, .mnt_ns_id = reading->mnt_ns_id};
	if (!(reading->answer = malloc(first_room))) return "malloc";
	reading->answer_room = first_room;
	for (size_t i = 0; i < reading->id_count; i++)
		if ((errno = read_one(reading, reading->ids[i]))) return "realloc";
	if (reading->id_count > 0) return NULL;
	for (;;) {
		long count = syscall(SYS_listmount, &request, ids, IDS_PER_CALL, 0);
		if (count < 0) return "listmount";
		for (long i = 0; i < count; i++)
			if ((errno = read_one(reading, ids[i]))) return "realloc";
		if (count < IDS_PER_CALL) return NULL;
		request.param = ids[count - 1]; /* ids rise */
	}
}

struct visit {
	struct reading *reading;
	int fd;
	struct failure failure;
};

static void *read_inside(void *argument) {
	struct visit *visit = argument;
	int own;
	if (!enter_mount_namespace(visit->fd, &own, &visit->failure)) return NULL;
	close(own);
	visit->failure.call = read_all(visit->reading);
	if (visit->failure.call) visit->failure.err = errno;
	return NULL;
}

/*
 * readMounts(mntNsId: bigint, magics: BigUint64Array, devices: BigUint64Array, fd: number, ids: BigUint64Array) → Buffer of
 * records; of the mounts with these ids alone, where there are any. With a descriptor of the mount namespace, or -1, a thread
 * asks from within, whose root is that of the namespace.
 */
static napi_value read_mounts(napi_env env, napi_callback_info info) {
	napi_value args[5];
	struct reading reading = {0};
	struct visit visit = {.reading = &reading};
	void *magics, *devices, *ids;
	size_t magics_size, devices_size, ids_size;
	if (!read_arguments(env, info, 5, args) || !read_u64(env, args[0], &reading.mnt_ns_id) ||
	    !read_bytes(env, args[1], &magics, &magics_size) || !read_bytes(env, args[2], &devices, &devices_size) ||
	    !read_int(env, args[3], &visit.fd) || !read_bytes(env, args[4], &ids, &ids_size))
		return NULL;
	reading.ids = ids;
	reading.id_count = ids_size / sizeof *reading.ids;
	reading.magics = magics;
	reading.magic_count = magics_size / sizeof *reading.magics;
	reading.devices = devices;
	reading.device_count = devices_size / sizeof *reading.devices;
	if (visit.fd >= 0) run_visit(read_inside, &visit, &visit.failure);
	else if ((visit.failure.call = read_all(&reading))) visit.failure.err = errno;
	free(reading.answer);
	if (!visit.failure.err) return make_buffer(env, reading.data, reading.size);
	free(reading.data);
	return throw_errno(env, visit.failure.err, visit.failure.call);
}

struct search {
	struct targets targets;
	const struct reading *wanted;
	int32_t *answers;
};

static void search_one(void *context, size_t index) {
	struct search *search = context;
	struct reading reading = *search->wanted;
	int fd = open_target(&search->targets, index);
	int err = fd < 0 || ioctl(fd, NS_GET_MNTNS_ID, &reading.mnt_ns_id) < 0 ? errno : 0;
	if (!err && read_all(&reading)) err = errno;
	if (fd >= 0) close(fd);
	free(reading.answer);
	free(reading.data);
	search->answers[index] = err ? -err : reading.size > 0;
}

/*
 * findMounts(paths: Uint8Array of names that end with 0, inodes: Uint32Array, magics: BigUint64Array, devices:
 * BigUint64Array, threads) → Buffer of i32: whether the mount namespace has wanted mounts (or some that could not be
 * looked at), 0 or 1; -errno where it could not be searched
 */
static napi_value find_mounts(napi_env env, napi_callback_info info) {
	napi_value args[5];
	struct reading wanted = {0};
	struct search search = {.wanted = &wanted};
	void *magics, *devices;
	uint32_t threads;
	if (!read_arguments(env, info, 5, args) || !read_bytes(env, args[2], &magics, &wanted.magic_count) ||
	    !read_bytes(env, args[3], &devices, &wanted.device_count) || !read_uint(env, args[4], &threads) ||
	    !read_targets(env, args[0], args[1], &search.targets))
		return NULL;
	wanted.magics = magics;
	wanted.magic_count /= sizeof *wanted.magics;
	wanted.devices = devices;
	wanted.device_count /= sizeof *wanted.devices;
	size_t count = search.targets.count;
	if ((search.answers = calloc(count + 1, sizeof *search.answers))) for_all(count, threads, search_one, &search);
	free_targets(&search.targets);
	if (!search.answers) return throw_errno(env, ENOMEM, "calloc");
	return make_buffer(env, search.answers, count * sizeof *search.answers);
}

/* The reused id of a mount, which mountinfo has. Returns 0 or an errno. */
static int ask_old_id(struct reading *reading, uint64_t id, uint64_t *old_id) {
	int err = ask(reading, id, MNT_BASIC);
	if (!err) *old_id = reading->answer->mnt_id_old;
	return err;
}

/* Appends the list of one mount namespace. Returns 0, or an errno, also where the list is not whole. */
static int list_one(struct reading *reading, size_t *at) {
	struct mnt_id_req request = {.size = sizeof request, .mnt_id = LSMT_ROOT, .mnt_ns_id = reading->mnt_ns_id};
	const size_t head = *at;
	size_t end = head + 3;
	for (;;) {
		if ((end + IDS_PER_CALL) * sizeof(uint64_t) > reading->room) {
			size_t room = (end + IDS_PER_CALL) * 2 * sizeof(uint64_t);
			char *data = realloc(reading->data, room);
			if (!data) return ENOMEM;
			reading->data = data;
			reading->room = room;
		}
		uint64_t *ids = (uint64_t *)reading->data + end;
		long count = syscall(SYS_listmount, &request, ids, IDS_PER_CALL, 0);
		if (count < 0) return errno;
		end += (size_t)count;
		if (count < IDS_PER_CALL) break;
		request.param = ids[count - 1];
	}
	uint64_t *list = (uint64_t *)reading->data + head;
	const size_t count = end - head - 3;
	int err = 0;
	list[0] = count;
	list[1] = list[2] = 0;
	if (count > 0) {
		if (!err) err = ask_old_id(reading, list[3], &list[1]);
		if (!err) err = ask_old_id(reading, list[2 + count], &list[2]);
	}
	if (!err) *at = end;
	return err;
}

/*
 * listMounts(mntNsIds: BigUint64Array) → Buffer of u64: for each mount namespace the number of its mounts, the reused ids
 * of the first and the last, then the 64-bit ids of all, rising; where it could not be listed -errno alone.
 */
static napi_value list_mounts(napi_env env, napi_callback_info info) {
	napi_value args[1];
	struct reading reading = {0};
	void *ids;
	size_t size, at = 0;
	if (!read_arguments(env, info, 1, args) || !read_bytes(env, args[0], &ids, &size)) return NULL;
	reading.answer_room = sizeof *reading.answer + 4096;
	reading.room = (size / sizeof(uint64_t) + 1) * 3 * sizeof(uint64_t);
	reading.data = malloc(reading.room);
	reading.answer = malloc(reading.answer_room);
	int err = reading.data && reading.answer ? 0 : ENOMEM;
	for (size_t i = 0; !err && i < size / sizeof(uint64_t); i++) {
		reading.mnt_ns_id = ((const uint64_t *)ids)[i];
		int refused = list_one(&reading, &at);
		if (refused == ENOMEM) err = ENOMEM;
		else if (refused) ((uint64_t *)reading.data)[at++] = (uint64_t)-(int64_t)refused;
	}
	free(reading.answer);
	if (!err) return make_buffer(env, reading.data, at * sizeof(uint64_t));
	free(reading.data);
	return throw_errno(env, err, "malloc");
}

void init_mounts(napi_env env, napi_value exports) {
	export_function(env, exports, "readMounts", read_mounts);
	export_function(env, exports, "findMounts", find_mounts);
	export_function(env, exports, "listMounts", list_mounts);
}
