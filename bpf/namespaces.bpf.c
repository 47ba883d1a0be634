/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Every namespace of all eight types, whoever or whatever holds it: a walk of the kernel's own list of each type
 * (kernel/nstree.c), Linux 6.18 and later.
 *
 * No iterator over namespaces exists, so one over the elements of an array map lends its turns: element k writes the
 * k-th chunk of records and leaves in element k + 1 where the walk stands. A list is sorted by the 64-bit id, and an id
 * is never used twice, so a walk that has lost its place finds it again.
 */
#include "kernel.h"
#include "namespace.h"
#include "lists.h"

struct record {
	u64 id, owner_id, parent_id;
	u32 type, inum, owner_inum, owner_uid, parent_inum;
	u32 refs;   /* all references: tasks, descriptors, mounts, children, and what nobody sees */
	s32 active; /* those that make it visible to listns(2), from 6.19; before that -1 */
	u32 level;  /* pid, user */
	u32 count;  /* pid: processes and threads; mnt: mounts */
	u32 has_inode; /* 1: somebody has opened it or looked at its link (ns_common.stashed) */
};

#define CHUNK 480 /* records */
_Static_assert(CHUNK * sizeof(struct record) < SHOW_BYTES, "a chunk must fit");

/* Where the walk stands between two chunks. */
struct place {
	u32 turn; /* which type, 0 to 7; 8: all done */
	u32 pad;
	u64 last_id;   /* the last namespace told; 0 at the beginning of a list */
	u64 last_node; /* its list node, followed only while it still bears that id */
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2048); /* chunks: nearly a million namespaces */
	__type(key, u32);
	__type(value, struct place);
} places SEC(".maps");

struct walk {
	u64 node, head;
	u64 last_id, last_node;
	u64 written;
	u32 full, overflow;
	struct layout layout;
	struct record record;
	struct seq_file *seq; /* last: all before it is forgotten */
};

static __always_inline u64 next_of(u64 node) {
	struct list_head list = {};
	READ_AT(list.next, node);
	return (u64)list.next;
}

static __always_inline u32 refs_of(u64 ns) {
	struct ns_common___618 *counted = (void *)ns;
	return READ(counted, __ns_ref.refs.counter);
}

static __always_inline int tell(struct walk *walk) {
	struct record *record = &walk->record;
	if (!walk->node || walk->node == walk->head) return 1;
	u64 address = walk->node - node_offset();
	struct ns_common *ns = (void *)address;
	u64 id = id_of(ns);
	record->refs = refs_of(address);
	/* Without references it is being freed: it is no namespace any more, and its id may be overwritten by ns_rcu. */
	if (record->refs && id > walk->last_id) {
		if (walk->written >= CHUNK) {
			walk->full = 1;
			return 1;
		}
		record->id = id;
		record->type = type_of(ns);
		record->inum = READ(ns, inum);
		struct ns_common___618 *inode = (void *)address;
		record->has_inode = READ(inode, stashed) != 0;
		record->active = -1;
		if (bpf_core_field_exists(struct ns_common___619, __ns_ref_active)) {
			struct ns_common___619 *active = (void *)address;
			record->active = READ(active, __ns_ref_active.counter);
		}
		u64 owner, parent, creator;
		READ_AT(owner, address + walk->layout.owner);
		READ_AT(parent, member_at(address, walk->layout.parent));
		READ_AT(record->level, member_at(address, walk->layout.level));
		READ_AT(record->count, member_at(address, walk->layout.count));
		record->count &= ~PIDNS_ADDING;
		struct ns_common *owner_ns = (void *)(owner + OFFSET(user_namespace, ns));
		struct ns_common *parent_ns = (void *)(parent + walk->layout.self);
		record->owner_inum = READ(owner_ns, inum);
		record->owner_id = id_of(owner_ns);
		record->parent_inum = READ(parent_ns, inum);
		record->parent_id = id_of(parent_ns);
		/* A user namespace's uid is that of its own creator; for another type it is the creator's of its owner. */
		creator = walk->layout.creator ? address + walk->layout.creator : owner + OFFSET(user_namespace, owner);
		READ_AT(record->owner_uid, creator);
		if (bpf_seq_write(walk->seq, record, sizeof *record)) {
			walk->overflow = 1;
			return 1;
		}
		walk->written++;
		walk->last_id = id;
		walk->last_node = walk->node;
	}
	walk->node = next_of(walk->node);
	return 0;
}

static int visit(u32 turn, void *context) {
	struct walk *walk = context;
	int done = tell(walk);
	FORGET_BEFORE(walk, seq);
	return done;
}

/*
 * The head of the list is the one node that lies in no namespace: what would be its ns_common has not the operations of
 * the type. It is looked for forwards from the initial namespace, since `next` of a node is good even while the node is
 * being removed and `prev` is not; and not in the first place, since 6.18 hands out ids by CPU and the initial namespace
 * may stand anywhere.
 */
struct search {
	u64 node, operations;
};
static int seek_head(u32 turn, void *context) {
	struct search *search = context;
	search->node = next_of(search->node);
	struct ns_common *ns = (void *)(search->node - node_offset());
	return (u64)READ(ns, ops) != search->operations;
}

SEC("iter/bpf_map_elem")
int namespaces(struct bpf_iter__bpf_map_elem *ctx) {
	u32 *key = ctx->key;
	struct place *left = ctx->value;
	if (!key || !left) return 0;
	struct place place = {};
	if (*key) place = *left; /* element 0 begins afresh, whatever an earlier reading left */
	FORGET(place);
	if (place.turn < 8) {
		struct task_struct *init = find_init_task();
		struct walk walk = {.last_id = place.last_id, .last_node = place.last_node};
		u32 type;
		u64 initial = initial_namespace(init, place.turn, &type);
		find_layout(&walk.layout, type);
		FORGET_BEFORE(&walk, seq);
		walk.seq = ctx->meta->seq;
		struct ns_common *ns = (void *)(initial + walk.layout.self);
		struct search search = {.node = (u64)ns + node_offset(), .operations = (u64)READ(ns, ops)};
		bpf_loop(1 << 20, seek_head, &search, 0);
		walk.head = search.node;
		walk.node = next_of(walk.head);
		if (place.last_node) {
			struct ns_common *last = (void *)(place.last_node - node_offset());
			if (refs_of((u64)last) && id_of(last) == place.last_id && (u64)READ(last, ops) == search.operations)
				walk.node = next_of(place.last_node);
		}
		bpf_loop(1 << 20, visit, &walk, 0);
		if (walk.overflow) return 0; /* the kernel hands out what it has and runs this element again */
		place.last_id = walk.full ? walk.last_id : 0;
		place.last_node = walk.full ? walk.last_node : 0;
		if (!walk.full) place.turn++;
	}
	u32 next = *key + 1;
	struct place *right = bpf_map_lookup_elem(&places, &next);
	if (right) *right = place;
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
