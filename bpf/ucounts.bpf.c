/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The kernel's own count of namespaces, for each user in each user namespace, with the limits that hold there: every
 * struct ucounts. They lie in a hash table that no symbol leads to for BPF. The one of init_task does: back along its
 * chain to the head, whose number is its hash, and by that to the first head. Linux 6.1 and later.
 *
 * The table is read without its lock. Each one visited must have the hash of its chain; where one has not, the walk says
 * that it lost its way, and the reader starts again.
 */
#include "kernel.h"
#include "layout.h"
#include "namespace.h"
#include "store.h"
#include "ucounts.h"

struct record {
	u64 account; /* opaque: its address */
	u32 inum; /* of the user namespace */
	u32 uid;
	u32 counts[COUNTED], max[COUNTED];
};
RECORD_BYTES(record, 80);
FIELD_AT(record, account, 0); FIELD_AT(record, inum, 8); FIELD_AT(record, uid, 12); FIELD_AT(record, counts, 16);
FIELD_AT(record, max, 48);
STORE(struct record, 4096);

struct walk {
	struct outcome outcome;
	u64 table;  /* the first head */
	u64 node;   /* of the ucounts to visit next */
	u32 bucket; /* whose chain that is */
	u32 pad;
	s64 counts[COUNTED], max[COUNTED];
};
STATE(struct walk);

#define HASH_BITS 10 /* UCOUNTS_HASHTABLE_BITS of kernel/ucount.c */
#define HASH_FACTOR 0x61C8864680B583EBull /* GOLDEN_RATIO_64 of include/linux/hash.h */

static __always_inline u32 hash_of(struct ucounts *ucounts) {
	u64 sum = (u64)READ(ucounts, ns) + READ(ucounts, uid.val);
	return sum * HASH_FACTOR >> (64 - HASH_BITS);
}

/* One step back along the chain: 1 at its head, which nothing leads to. */
static int retreat(u32 turn, void *context) {
	struct walk *walk = *(struct walk **)context;
	u64 before = 0, leads_here = 0;
	READ_AT(before, walk->node + sizeof(u64)); /* pprev */
	READ_AT(leads_here, before);
	if (leads_here != walk->node) return 1; /* it was the head, whose neighbour is another head */
	walk->node = before;
	return 0;
}

/* Where a chain has ended: NULL, or from 6.15 an odd number. */
static __always_inline u32 is_end(u64 node) { return !node || node & 1; }

static __always_inline void tell(struct walk *walk, struct ucounts *ucounts) {
	struct user_namespace *user = READ(ucounts, ns);
	struct record *record = next_record(&store, &walk->outcome);
	if (!record) return;
	record->account = (u64)ucounts;
	record->inum = READ(user, ns.inum);
	record->uid = READ(ucounts, uid.val);
	READ_AT(walk->counts, (u64)ucounts + OFFSET(ucounts, ucount));
	READ_AT(walk->max, (u64)user + OFFSET(user_namespace___ucounts, ucount_max));
	for (u32 i = 0; i < COUNTED; i++) {
		record->counts[i] = walk->counts[i];
		record->max[i] = walk->max[i];
	}
}

static int step(u32 turn, void *context) {
	struct walk *walk = *(struct walk **)context;
	u64 node = walk->node;
	if (is_end(node)) {
		walk->bucket++;
		if (walk->bucket >= 1 << HASH_BITS) return 1;
		READ_AT(walk->node, walk->table + walk->bucket * sizeof(u64));
		return 0;
	}
	struct ucounts *ucounts = (void *)(node - OFFSET(ucounts, node));
	if (hash_of(ucounts) != walk->bucket) {
		walk->outcome.torn = 1;
		return 1;
	}
	tell(walk, ucounts);
	READ_AT(walk->node, node);
	return 0;
}

static __always_inline void count_all(struct walk *walk) {
	__builtin_memset(walk, 0, sizeof *walk);
	struct task_struct *init = find_init_task();
	struct cred___ucounts *cred = (void *)READ(init, real_cred);
	struct ucounts *first = READ(cred, ucounts);
	walk->node = (u64)first + OFFSET(ucounts, node);
	bpf_loop(1 << 16, retreat, &walk, 0);
	walk->table = walk->node - hash_of(first) * sizeof(u64);
	READ_AT(walk->node, walk->table);
	bpf_loop(1 << 23, step, &walk, 0);
	if (walk->bucket < 1 << HASH_BITS) walk->outcome.torn = 1;
}

RUN(ucounts, struct walk, count_all)

char LICENSE[] SEC("license") = "Dual MIT/GPL";
