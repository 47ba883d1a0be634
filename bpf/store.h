/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A program that is run by a call (BPF_PROG_RUN) keeps what it knows in its first map and writes its records into the
 * second, which the reader maps: native/bpf-read.c. Needs kernel.h.
 *
 * Each such program is there twice. As type `syscall` it can be preempted; it reads lists that change, so the kernel must
 * have bpf_rcu_read_lock() and let a callback run under it: 6.12 does, 6.1 does not. As type `raw_tp` it always runs
 * under the RCU lock, and is not preempted.
 */
#ifndef NSCOPE_STORE_H
#define NSCOPE_STORE_H

enum { BPF_F_MMAPABLE = 1 << 10 };

/* How a run ended, at the beginning of the state. */
struct outcome {
	u64 written, missed; /* records; missed: those that found no room */
	u64 torn;            /* 1: the lists changed under the walk and what came after that is missing */
};

/*
 * A walk's state lies in a map and not on the stack: the verifier takes what it reads from a map for any number, so all
 * turns of a loop look alike to it.
 */
#define STATE(structure) \
	struct { \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__uint(map_flags, BPF_F_MMAPABLE); \
		__uint(max_entries, 1); \
		__type(key, u32); \
		__type(value, structure); \
	} state SEC(".maps")

/* The reader may ask for another number of records. */
#define STORE(structure, count) \
	struct { \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__uint(map_flags, BPF_F_MMAPABLE); \
		__uint(max_entries, count); \
		__type(key, u32); \
		__type(value, structure); \
	} store SEC(".maps")

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

static __always_inline void *find_state(void *map) {
	u32 first = 0;
	return bpf_map_lookup_elem(map, &first);
}

/* The place of the next record, or NULL where none is left. */
static __always_inline void *next_record(void *map, struct outcome *outcome) {
	u32 next = outcome->written;
	void *record = bpf_map_lookup_elem(map, &next);
	if (record)
		outcome->written++;
	else
		outcome->missed++;
	return record;
}

/* Both programs of a file; walk: a function of the state that does all. */
#define RUN(name, structure, walk) \
	SEC("syscall") \
	int name(void *ctx) { \
		structure *found = find_state(&state); \
		if (!found) return 0; \
		bpf_rcu_read_lock(); \
		walk(found); \
		bpf_rcu_read_unlock(); \
		return 0; \
	} \
	SEC("raw_tp") \
	int name##_raw(void *ctx) { \
		structure *found = find_state(&state); \
		if (found) walk(found); \
		return 0; \
	}

#endif
