/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Every namespace of all eight types, whoever or whatever holds it: a walk of the kernel's own list of each type, Linux
 * 6.18 and later.
 */
#include "kernel.h"
#include "layout.h"
#include "namespace.h"
#include "lists.h"
#include "store.h"

struct record {
	u64 id, owner_id, parent_id;
	u32 type, inum, owner_inum, owner_uid, parent_inum;
	u32 refs;   /* all references: tasks, descriptors, mounts, children, and what nobody sees */
	s32 active; /* those that make it visible to listns(2), from 6.19; before that -1 */
	u32 level;  /* pid, user */
	u32 count;  /* pid: processes and threads, and PIDNS_ADDING until its init has ended; mnt: mounts */
	u32 inode_users; /* of its inode in nsfs (ns_common.stashed): open files, mounts, watches; 0: it has none */
};
RECORD_BYTES(record, 64);
FIELD_AT(record, id, 0); FIELD_AT(record, owner_id, 8); FIELD_AT(record, parent_id, 16);
FIELD_AT(record, type, 24); FIELD_AT(record, inum, 28); FIELD_AT(record, owner_inum, 32);
FIELD_AT(record, owner_uid, 36); FIELD_AT(record, parent_inum, 40); FIELD_AT(record, refs, 44);
FIELD_AT(record, active, 48); FIELD_AT(record, level, 52); FIELD_AT(record, count, 56);
FIELD_AT(record, inode_users, 60);
STORE(struct record, 4096);

/* A user namespace that owns others, mostly several in a row. */
struct owner {
	u64 address; /* of its struct user_namespace, 0: none */
	u64 id;
	u32 inum, uid;
};

struct walk {
	struct outcome outcome;
	struct position at;
	struct owner owner;
	char copy[NS_COMMON_BYTES];
};
STATE(struct walk);

static __always_inline void learn_owner(struct owner *owner, u64 address) {
	struct user_namespace *user = (void *)address;
	owner->address = address;
	owner->inum = READ(user, ns.inum);
	owner->uid = READ(user, owner.val);
	owner->id = id_of((void *)(address + OFFSET(user_namespace, ns)));
}

/* Its dentry is one holder of the inode; what watches it is another, all watches together. */
static __always_inline u32 count_users(struct dentry *dentry) {
	struct inode___count *inode = (void *)READ(dentry, d_inode);
	u32 holders = 1 << 16; /* unknown: more than can be seen */
	if (bpf_core_field_exists(inode->i_count)) holders = READ(inode, i_count.counter);
	return READ(dentry, d_lockref.count) + (holders ? holders - 1 : 0);
}

static __always_inline void tell(struct walk *walk, u64 address) {
	struct layout *layout = &walk->at.layout;
	char *copy = walk->copy;
	struct record *record = next_record(&store, &walk->outcome);
	if (!record) return;
	record->id = id_in(copy);
	record->type = walk->at.type;
	record->inum = *(u32 *)(copy + OFFSET(ns_common, inum));
	record->refs = *(u32 *)(copy + OFFSET(ns_common___618, __ns_ref));
	struct dentry *stashed = *(struct dentry **)(copy + OFFSET(ns_common___618, stashed));
	record->inode_users = stashed ? count_users(stashed) : 0;
	record->active = -1;
	if (bpf_core_field_exists(struct ns_common___619, __ns_ref_active))
		record->active = *(s32 *)(copy + OFFSET(ns_common___619, __ns_ref_active));
	record->parent_inum = record->level = record->count = 0;
	record->parent_id = 0;
	u64 owner = 0, parent = 0;
	READ_AT(owner, address + layout->owner);
	if (owner != walk->owner.address) learn_owner(&walk->owner, owner);
	record->owner_inum = walk->owner.inum;
	record->owner_id = walk->owner.id;
	record->owner_uid = walk->owner.uid;
	if (layout->parent) {
		READ_AT(parent, address + layout->parent);
		READ_AT(record->level, address + layout->level);
		struct ns_common *ns = (void *)(parent + layout->self);
		record->parent_inum = parent ? READ(ns, inum) : 0;
		record->parent_id = parent ? id_of(ns) : 0;
	}
	if (layout->count) READ_AT(record->count, address + layout->count);
	/* A user namespace's uid is that of its own creator; for another type it is the creator's of its owner. */
	if (layout->creator) READ_AT(record->owner_uid, address + layout->creator);
}

static int step(u32 turn, void *context) {
	struct walk *walk = *(struct walk **)context;
	u64 address = visit_next(&walk->at, walk->copy);
	if (address) tell(walk, address);
	return walk->at.turn >= TURNS;
}

static __always_inline void list_all(struct walk *walk) {
	__builtin_memset(walk, 0, sizeof *walk);
	walk->outcome.torn = walk_lists(&walk->at, step, walk);
}

RUN(namespaces, struct walk, list_all)

char LICENSE[] SEC("license") = "Dual MIT/GPL";
