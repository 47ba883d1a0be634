/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Of each type of namespace how many there are, and a sum over their 64-bit ids: whether a namespace came or ended, and
 * where it was one alone also which, for a tenth of what bpf/namespaces.bpf.c takes. Linux 6.18 and later.
 *
 * Element k of an array map lends its turn to one type: a walk of the kernel's list (kernel/nstree.c) from its initial
 * namespace, round, until that comes again.
 */
#include "kernel.h"
#include "namespace.h"
#include "lists.h"

struct record {
	u64 sum; /* of mix(id) */
	u32 count;
	u32 type;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, u32);
} turns SEC(".maps");

struct walk {
	u64 node, first, operations;
	struct record record;
};

/* So that no sum of a few is the sum of others. src/parse/bpf-tally.ts does the same. */
static __always_inline u64 mix(u64 id) {
	id *= 0x9e3779b97f4a7c15;
	return id ^ id >> 29;
}

static int visit(u32 turn, void *context) {
	struct walk *walk = context;
	struct ns_common___618 *counted = (void *)(walk->node - node_offset());
	struct ns_common *ns = (void *)counted;
	/* The head of the list lies in no namespace; what has no references is being freed. */
	if (READ(counted, __ns_ref.refs.counter) && (u64)READ(ns, ops) == walk->operations) {
		walk->record.sum += mix(id_of(ns));
		walk->record.count++;
	}
	struct list_head list = {};
	READ_AT(list.next, walk->node);
	walk->node = (u64)list.next;
	return !walk->node || walk->node == walk->first;
}

SEC("iter/bpf_map_elem")
int tally(struct bpf_iter__bpf_map_elem *ctx) {
	u32 *key = ctx->key;
	if (!key) return 0;
	struct walk walk = {};
	struct layout layout;
	u64 initial = initial_namespace(find_init_task(), *key, &walk.record.type);
	find_layout(&layout, walk.record.type);
	struct ns_common *ns = (void *)(initial + layout.self);
	walk.operations = (u64)READ(ns, ops);
	walk.first = walk.node = (u64)ns + node_offset();
	FORGET(walk);
	bpf_loop(1 << 20, visit, &walk, 0);
	bpf_seq_write(ctx->meta->seq, &walk.record, sizeof walk.record);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
