/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Namespaces that the kernel's own tables lead to without its namespace lists, Linux 6.1 and later: the list of network
 * namespaces; and the list of super blocks, which leads to every mount namespace (a mount that is its root), every
 * namespace that is bind-mounted anywhere, and what mqueue, procfs, FUSE and any file system of a user namespace hold.
 *
 * Like namespaces.bpf.c it takes its turns from the elements of an array map. These lists have no order that a walk
 * could come back to, and are read without their locks: where the walk lost its way it writes a record TORN as its last,
 * and the reader starts again.
 */
#include "kernel.h"
#include "namespace.h"

enum kind {
	TORN = 0,
	NET_LIST = 1,   /* a network namespace of net_namespace_list */
	MNT_ROOT = 2,   /* a mount namespace */
	BIND_MOUNT = 3, /* bind-mounted in the mount namespace mnt_inum */
	MQUEUE = 4,     /* an ipc namespace, by its mqueue file system, which each has, mounted or not */
	PROCFS = 5,     /* held by a procfs */
	FUSE = 6,       /* the pid namespace in which a FUSE file system was mounted */
	FS_USER = 7,    /* the user namespace in which a file system was mounted */
};

struct record {
	u64 id;                            /* 64-bit id of the namespace, 0 before 6.18 */
	u64 mount_id;                      /* BIND_MOUNT, from 6.8: the id that statmount(2) takes; else 0 */
	u32 kind, type, inum;
	u32 owner_inum, owner_uid, parent_inum;
	u32 mnt_inum;     /* BIND_MOUNT: the mount namespace it lies in; 0: a detached tree */
	u32 old_mount_id; /* BIND_MOUNT: the id in mountinfo */
	u32 device;       /* of the super block: major << 20 | minor */
	u32 pad;
};
#define CHUNK 560 /* records */
_Static_assert((CHUNK + 2) * sizeof(struct record) < SHOW_BYTES, "a chunk must fit");

#define MNT_NS_ANON_INO 0xeffffff7u /* include/uapi/linux/nsfs.h: a tree that is in no mount namespace */
#define INITIAL_USER_INO 0xeffffffdu

enum part { NETS, BLOCKS, DONE };

/* Where the walk stands. */
struct place {
	u64 part;
	u64 node, head;   /* in the list of network namespaces, then in that of super blocks: the next to visit */
	u64 mount, last;  /* in the list of a super block's mounts */
	u64 block;        /* the super block of those mounts */
	u64 told_user;    /* 1: the owner of the super block at `node` has been told */
	u64 check;        /* what the next object showed, to be found again in the next chunk */
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 512);
	__type(key, u32);
	__type(value, struct place);
} places SEC(".maps");

struct walk {
	struct place place;
	u64 written, torn, overflow;
	struct record record;
	struct seq_file *seq; /* last: all before it is forgotten */
};

/* A namespace that a step came upon; the record says the rest. */
struct found {
	u64 namespace; /* its ns_common, or 0 */
	u64 type;      /* 0: it says so itself */
};

static __noinline int tell(struct walk *walk, u64 namespace, u32 type) {
	struct record *record = &walk->record;
	struct ns_common *ns = (void *)namespace;
	struct layout layout;
	if (!type) type = type_of(ns);
	record->type = type;
	record->id = id_of(ns);
	record->inum = READ(ns, inum);
	if (!record->inum) return 0;
	find_layout(&layout, type);
	FORGET(layout);
	u64 owner, parent;
	READ_AT(owner, member_at(namespace, layout.owner));
	READ_AT(parent, member_at(namespace, layout.parent));
	struct user_namespace *user = (void *)owner;
	record->owner_inum = READ(user, ns.inum);
	u64 creator = layout.creator ? namespace + layout.creator : owner + OFFSET(user_namespace, owner);
	READ_AT(record->owner_uid, creator);
	struct ns_common *parent_ns = (void *)(parent + layout.self);
	record->parent_inum = READ(parent_ns, inum);
	if (bpf_seq_write(walk->seq, record, sizeof *record)) {
		walk->overflow = 1;
		return 1;
	}
	walk->written++;
	return 0;
}

/* A pointer that lies at an address; marks the walk torn where that cannot be read. */
static __always_inline u64 follow(struct walk *walk, u64 address) {
	u64 pointer = 0;
	if (READ_AT(pointer, address)) walk->torn = 1;
	return pointer;
}

static __always_inline void visit_net(struct walk *walk, struct found *found) {
	struct place *place = &walk->place;
	u64 net = place->node - OFFSET(net, list);
	found->namespace = net + OFFSET(net, ns);
	found->type = CLONE_NEWNET;
	walk->record.kind = NET_LIST;
	place->node = follow(walk, place->node);
}

static __always_inline u32 has_list(void) { return bpf_core_field_exists(struct mount___list, mnt_instance); }

static __always_inline void visit_mount(struct walk *walk, struct found *found) {
	struct place *place = &walk->place;
	struct record *record = &walk->record;
	u64 address = place->mount, next;
	if (has_list()) {
		address -= OFFSET(mount___list, mnt_instance);
		next = place->mount;
	} else {
		next = address + OFFSET(mount___chain, mnt_next_for_sb);
	}
	struct mount *mount = (void *)address;
	struct mnt_namespace *ns = READ(mount, mnt_ns);
	u64 root = (u64)READ(ns, root);
	u32 inum = READ(ns, ns.inum);
	if (inum == MNT_NS_ANON_INO) inum = 0;
	struct super_block *block = READ(mount, mnt.mnt_sb);
	u64 magic = READ(block, s_magic);
	if ((u64)block != place->block) walk->torn = 1;
	if (magic == NSFS_MAGIC) {
		struct inode *inode = READ(mount, mnt.mnt_root, d_inode);
		found->namespace = (u64)READ(inode, i_private);
		record->kind = BIND_MOUNT;
		record->mnt_inum = inum;
		record->old_mount_id = READ(mount, mnt_id);
		if (bpf_core_field_exists(struct mount___unique, mnt_id_unique))
			record->mount_id = READ((struct mount___unique *)mount, mnt_id_unique);
	} else if (inum && root == address) {
		found->namespace = (u64)ns + OFFSET(mnt_namespace, ns);
		found->type = CLONE_NEWNS;
		record->kind = MNT_ROOT;
	}
	place->mount = follow(walk, next);
}

static __always_inline void visit_block(struct walk *walk, struct found *found) {
	struct place *place = &walk->place;
	struct record *record = &walk->record;
	u64 address = place->node - OFFSET(super_block, s_list);
	struct super_block *block = (void *)address;
	struct dentry *root = READ(block, s_root);
	u64 magic = READ(block, s_magic), info = (u64)READ(block, s_fs_info);
	/* The head of the list, or a super block that is being set up or taken down. */
	u32 is_block = root && (u64)READ(root, d_sb) == address;
	struct user_namespace *user = READ(block, s_user_ns);
	record->device = READ(block, s_dev);
	if (is_block && !place->told_user) {
		place->told_user = 1;
		if (READ(user, ns.inum) == INITIAL_USER_INO) return;
		found->namespace = (u64)user + OFFSET(user_namespace, ns);
		found->type = CLONE_NEWUSER;
		record->kind = FS_USER;
		return;
	}
	place->told_user = 0;
	place->mount = place->last = 0;
	u64 next = follow(walk, place->node);
	if (next == place->node) walk->torn = 1; /* it was taken off the list */
	if (!place->head) place->head = place->node;
	place->node = next;
	if (!is_block) return;
	place->block = address;
	if (has_list()) {
		place->last = address + OFFSET(super_block___list, s_mounts);
		place->mount = follow(walk, place->last);
	} else {
		place->mount = (u64)READ((struct super_block___chain *)block, s_mounts);
	}
	u64 pid_ns = 0;
	if (magic == MQUEUE_MAGIC) {
		found->namespace = info ? info + OFFSET(ipc_namespace, ns) : 0;
		found->type = CLONE_NEWIPC;
		record->kind = MQUEUE;
		return;
	} else if (magic == PROC_SUPER_MAGIC) {
		struct proc_fs_info *proc = (void *)info;
		pid_ns = (u64)READ(proc, pid_ns);
		record->kind = PROCFS;
	} else if (magic == FUSE_SUPER_MAGIC && bpf_core_type_exists(struct fuse_mount)) {
		struct fuse_mount *fuse = (void *)info;
		pid_ns = (u64)READ(fuse, fc, pid_ns);
		record->kind = FUSE;
	}
	found->namespace = pid_ns ? pid_ns + OFFSET(pid_namespace, ns) : 0;
	found->type = CLONE_NEWPID;
}

/* One object of one list; 1: the walk, or this chunk, is at its end. */
static __always_inline int advance(struct walk *walk) {
	struct place *place = &walk->place;
	struct found found = {};
	if (walk->torn || walk->written >= CHUNK) return 1;
	__builtin_memset(&walk->record, 0, sizeof walk->record);
	if (place->mount != place->last) {
		visit_mount(walk, &found);
	} else if (place->node == place->head) {
		return 1;
	} else if (place->part == NETS) {
		visit_net(walk, &found);
	} else {
		visit_block(walk, &found);
	}
	FORGET(found);
	FORGET_BEFORE(walk, seq);
	return found.namespace ? tell(walk, found.namespace, found.type) : 0;
}

static int step(u32 turn, void *context) {
	struct walk *walk = context;
	int done = advance(walk);
	FORGET_BEFORE(walk, seq);
	return done;
}

/* Something of the object that comes next, by which the next chunk sees whether it is still the same. */
static __always_inline u64 check_of(struct place *place) {
	if (place->mount != place->last) {
		struct mount *mount = (void *)(place->mount - (has_list() ? OFFSET(mount___list, mnt_instance) : 0));
		return (u64)READ(mount, mnt_id) << 32 | ((u64)READ(mount, mnt.mnt_sb) & 0xffffffff);
	}
	if (place->part == NETS) {
		struct net *net = (void *)(place->node - OFFSET(net, list));
		return READ(net, ns.inum);
	}
	struct super_block *block = (void *)(place->node - OFFSET(super_block, s_list));
	return (u64)READ(block, s_root);
}

SEC("iter/bpf_map_elem")
int superblocks(struct bpf_iter__bpf_map_elem *ctx) {
	u32 *key = ctx->key;
	struct place *left = ctx->value;
	if (!key || !left) return 0;
	struct walk walk = {};
	if (*key) walk.place = *left; /* element 0 begins afresh, whatever an earlier reading left */
	FORGET_BEFORE(&walk, seq);
	walk.seq = ctx->meta->seq;
	struct place *place = &walk.place;
	if (place->part < DONE) {
		struct task_struct *init = find_init_task();
		if (!place->node) {
			place->told_user = 0;
			if (place->part == NETS) {
				/* The head is what stands before the first, the initial one. */
				u64 initial = (u64)READ(init, nsproxy, net_ns);
				place->node = initial + OFFSET(net, list);
				READ_AT(place->head, place->node + sizeof(u64));
			} else {
				/* Once around the circle from init_task's root, the list's head passed over on the way. */
				u64 root = (u64)READ(init, fs, root.mnt, mnt_sb);
				place->node = root + OFFSET(super_block, s_list);
				place->head = 0;
			}
		} else if (check_of(place) != place->check) {
			walk.torn = 1;
		}
		FORGET_BEFORE(&walk, seq);
		bpf_loop(1 << 20, step, &walk, 0);
		if (walk.overflow) return 0; /* the kernel hands out what it has and runs this element again */
		u32 ended = place->mount == place->last && place->node == place->head;
		if (!ended && walk.written < CHUNK) walk.torn = 1;
		if (walk.torn) {
			__builtin_memset(&walk.record, 0, sizeof walk.record);
			bpf_seq_write(walk.seq, &walk.record, sizeof walk.record);
			place->part = DONE;
		} else if (ended) {
			place->part++;
			place->node = 0;
		} else {
			place->check = check_of(place);
		}
	}
	u32 next = *key + 1;
	struct place *right = bpf_map_lookup_elem(&places, &next);
	if (right) *right = *place;
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
