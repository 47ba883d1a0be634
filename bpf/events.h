/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a program tells of one event, and the ring buffer it tells it in. Needs kernel.h. */
#ifndef NSCOPE_EVENTS_H
#define NSCOPE_EVENTS_H

enum { BPF_MAP_TYPE_RINGBUF = 27 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_FORCE_WAKEUP = 2, BPF_RB_AVAIL_DATA = 0, BPF_RB_RING_SIZE = 1 };

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 22); /* bytes; the loader may be given another size */
} ring SEC(".maps");

/* How many events found no room. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} lost SEC(".maps");

static __always_inline void count_lost(void) {
	u32 first = 0;
	u64 *count = bpf_map_lookup_elem(&lost, &first);
	if (count) __sync_fetch_and_add(count, 1);
}

/*
 * Wakes the reader where an event is not to wait. Others it finds when it is awake, at the latest when a quarter of the
 * ring is full.
 */
static __always_inline u64 wake_up(u32 urgent) {
	if (urgent || bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > bpf_ringbuf_query(&ring, BPF_RB_RING_SIZE) / 4)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

#endif
