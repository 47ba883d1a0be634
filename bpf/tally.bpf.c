/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Of each type of namespace how many there are, and a sum over their 64-bit ids: whether a namespace came or ended, and
 * where it was one alone also which, for a fraction of what bpf/namespaces.bpf.c takes. Linux 6.18 and later.
 */
#include "kernel.h"
#include "layout.h"
#include "namespace.h"
#include "lists.h"
#include "store.h"

struct record {
	u64 sum; /* of mix(id) */
	u32 count;
	u32 type;
};
RECORD_BYTES(record, 16);
FIELD_AT(record, sum, 0); FIELD_AT(record, count, 8); FIELD_AT(record, type, 12);
STORE(struct record, TURNS);

struct walk {
	struct outcome outcome;
	struct position at;
	struct record record;
	char copy[NS_COMMON_BYTES];
};
STATE(struct walk);

/* So that no sum of a few is the sum of others. src/parse/records/bpf-tally.ts does the same. */
static __always_inline u64 mix(u64 id) {
	id *= 0x9e3779b97f4a7c15;
	return id ^ id >> 29;
}

static int step(u32 turn, void *context) {
	struct walk *walk = *(struct walk **)context;
	u32 before = walk->at.turn;
	if (visit_next(&walk->at, walk->copy)) {
		walk->record.sum += mix(id_in(walk->copy));
		walk->record.count++;
	}
	if (walk->at.turn == before) return 0;
	struct record *record = next_record(&store, &walk->outcome);
	if (record) {
		*record = walk->record;
		record->type = walk->at.type;
	}
	walk->record.sum = walk->record.count = 0;
	return walk->at.turn >= TURNS;
}

static __always_inline void sum_all(struct walk *walk) {
	__builtin_memset(walk, 0, sizeof *walk);
	walk->outcome.torn = walk_lists(&walk->at, step, walk);
}

RUN(tally, struct walk, sum_all)

char LICENSE[] SEC("license") = "Dual MIT/GPL";
