/* BPF tracing programs: attaching them, and reading the ring buffer that they write (Documentation/bpf/ringbuf.rst). */
#include "bpf.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct ring {
	unsigned long *consumer;       /* a page that is ours to write */
	const unsigned long *producer; /* a page, and behind it the data twice, so that no record is cut */
	const char *data;
	size_t bytes, page;
};

/* bpfAttachTracing(prog) → a descriptor of the link. For tp_btf, fentry and fexit: the program knows its place itself. */
static napi_value attach(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t prog;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &prog)) return NULL;
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	attr.raw_tracepoint.prog_fd = (uint32_t)prog;
	int link = bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, SIZE_TO(raw_tracepoint.prog_fd));
	return link < 0 ? throw_errno(env, errno, "bpf(RAW_TRACEPOINT_OPEN)") : make_int(env, link);
}

/* bpfLookupWord(map, key) → the 64-bit value of an array map's element. */
static napi_value lookup(napi_env env, napi_callback_info info) {
	napi_value args[2];
	int32_t map;
	uint32_t key;
	uint64_t value = 0;
	if (!read_arguments(env, info, 2, args) || !read_int(env, args[0], &map) || !read_uint(env, args[1], &key))
		return NULL;
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	attr.map_fd = (uint32_t)map;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)&value;
	if (bpf(BPF_MAP_LOOKUP_ELEM, &attr, SIZE_TO(flags)) < 0)
		return throw_errno(env, errno, "bpf(MAP_LOOKUP_ELEM)");
	return make_u64(env, value);
}

static void unmap(struct ring *ring) {
	if (ring->consumer) munmap(ring->consumer, ring->page);
	if (ring->producer) munmap((void *)ring->producer, ring->page + 2 * ring->bytes);
	ring->consumer = NULL;
	ring->producer = NULL;
}

static void finalize(napi_env env, void *data, void *hint) {
	(void)env;
	(void)hint;
	unmap(data);
	free(data);
}

/* ringOpen(map, bytes) → a ring. `bytes` is the map's max_entries. The descriptor may be closed afterwards. */
static napi_value open_ring(napi_env env, napi_callback_info info) {
	napi_value args[2], result;
	int32_t map;
	uint32_t bytes;
	if (!read_arguments(env, info, 2, args) || !read_int(env, args[0], &map) || !read_uint(env, args[1], &bytes))
		return NULL;
	struct ring *ring = calloc(1, sizeof *ring);
	if (!ring) return throw_errno(env, ENOMEM, "ringOpen");
	ring->bytes = bytes;
	ring->page = (size_t)sysconf(_SC_PAGESIZE);
	void *consumer = mmap(NULL, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (consumer != MAP_FAILED) ring->consumer = consumer;
	void *producer = mmap(NULL, ring->page + 2 * ring->bytes, PROT_READ, MAP_SHARED, map, (off_t)ring->page);
	if (producer != MAP_FAILED) ring->producer = producer;
	if (!ring->consumer || !ring->producer) {
		int err = errno;
		unmap(ring);
		free(ring);
		return throw_errno(env, err, "mmap(ring)");
	}
	ring->data = (const char *)producer + ring->page;
	if (napi_create_external(env, ring, finalize, NULL, &result) != napi_ok) return NULL;
	return result;
}

static struct ring *read_ring(napi_env env, napi_value value) {
	void *data;
	if (napi_get_value_external(env, value, &data) == napi_ok) return data;
	throw_argument(env, "expected what ringOpen returned");
	return NULL;
}

/*
 * Copies records to `out` up to `room` bytes, each rounded up to 8, and gives their places back to the programs. Stops
 * at one that is being written.
 */
static size_t drain(struct ring *ring, char *out, size_t room) {
	unsigned long at = *ring->consumer, end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	size_t taken = 0;
	while (at < end) {
		const char *record = ring->data + (at & (ring->bytes - 1));
		uint32_t head = __atomic_load_n((const uint32_t *)record, __ATOMIC_ACQUIRE);
		if (head & BPF_RINGBUF_BUSY_BIT) break;
		size_t length = head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT), rounded = (length + 7) & ~(size_t)7;
		if (!(head & BPF_RINGBUF_DISCARD_BIT)) {
			if (rounded > room - taken) break;
			memcpy(out + taken, record + BPF_RINGBUF_HDR_SZ, length);
			memset(out + taken + length, 0, rounded - length);
			taken += rounded;
		}
		at += rounded + BPF_RINGBUF_HDR_SZ;
		__atomic_store_n(ring->consumer, at, __ATOMIC_RELEASE);
	}
	return taken;
}

#define MAX_BYTES (1 << 20) /* of one call, so that the main thread can do other things between two */

/* ringDrain(ring) → a Buffer with records one after the other; empty when there are none. */
static napi_value drain_ring(napi_env env, napi_callback_info info) {
	napi_value arg;
	struct ring *ring;
	if (!read_arguments(env, info, 1, &arg) || !(ring = read_ring(env, arg))) return NULL;
	if (!ring->consumer) return make_buffer(env, NULL, 0);
	size_t waiting = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE) - *ring->consumer;
	size_t room = waiting < MAX_BYTES ? waiting : MAX_BYTES;
	char *out = room ? malloc(room) : NULL;
	if (room && !out) return throw_errno(env, ENOMEM, "ringDrain");
	size_t taken = room ? drain(ring, out, room) : 0;
	return make_buffer(env, out, taken);
}

/* ringClose(ring) */
static napi_value close_ring(napi_env env, napi_callback_info info) {
	napi_value arg;
	struct ring *ring;
	if (!read_arguments(env, info, 1, &arg) || !(ring = read_ring(env, arg))) return NULL;
	unmap(ring);
	return NULL;
}

void init_ring(napi_env env, napi_value exports) {
	export_function(env, exports, "bpfAttachTracing", attach);
	export_function(env, exports, "bpfLookupWord", lookup);
	export_function(env, exports, "ringOpen", open_ring);
	export_function(env, exports, "ringDrain", drain_ring);
	export_function(env, exports, "ringClose", close_ring);
}
