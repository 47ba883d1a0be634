/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Namespaces that the kernel's own tables lead to without its namespace lists, Linux 6.1 and later: the list of network
 * namespaces; and the list of super blocks, which leads to every mount namespace (a mount that is its root), every
 * namespace that is bind-mounted anywhere, what mounts of /proc/PID and of pidfds hold, and what mqueue, procfs, FUSE
 * and any file system of a user namespace hold.
 *
 * These lists are read without their locks: where the walk loses its way it says so, and the reader starts again.
 */
#include "kernel.h"
#include "layout.h"
#include "namespace.h"
#include "process.h"
#include "store.h"

enum kind {
	NET_LIST = 1,   /* a network namespace of net_namespace_list */
	MNT_ROOT = 2,   /* a mount namespace */
	BIND_MOUNT = 3, /* bind-mounted in the mount namespace mnt_inum */
	MQUEUE = 4,     /* an ipc namespace, by its mqueue file system, which each has, mounted or not */
	PROCFS = 5,     /* held by a procfs */
	FUSE = 6,       /* the pid namespace in which a FUSE file system was mounted */
	FS_USER = 7,    /* the user namespace in which a file system was mounted */
	PROCESS_MOUNT = 8, /* of a process: a directory or file of it in procfs, or its pidfd, is mounted */
};

struct record {
	u64 id;                            /* 64-bit id of the namespace, 0 before 6.18 */
	u64 mount_id;                      /* of a mount, from 6.8: the id that statmount(2) takes; else 0 */
	u32 kind, type, inum;
	u32 owner_inum, owner_uid, parent_inum;
	u32 mnt_inum;     /* BIND_MOUNT, PROCESS_MOUNT: the mount namespace it lies in; 0: a detached tree */
	u32 old_mount_id; /* of these: the id in mountinfo */
	u32 device;       /* of the super block: major << 20 | minor */
	u32 locked;       /* of these: 1: nobody can unmount it alone */
};
RECORD_BYTES(record, 56);
FIELD_AT(record, id, 0); FIELD_AT(record, mount_id, 8); FIELD_AT(record, kind, 16);
FIELD_AT(record, type, 20); FIELD_AT(record, inum, 24); FIELD_AT(record, owner_inum, 28);
FIELD_AT(record, owner_uid, 32); FIELD_AT(record, parent_inum, 36); FIELD_AT(record, mnt_inum, 40);
FIELD_AT(record, old_mount_id, 44); FIELD_AT(record, device, 48); FIELD_AT(record, locked, 52);
STORE(struct record, 4096);

#define MNT_NS_ANON_INO 0xeffffff7u /* include/uapi/linux/nsfs.h: a tree that is in no mount namespace */
struct vfsmount___flags {
	int mnt_flags;
} __attribute__((preserve_access_index));
#define MNT_LOCKED 0x800000         /* include/linux/mount.h: copied from the mount namespace of another user namespace */
#define INITIAL_USER_INO 0xeffffffdu

enum part { NETS, BLOCKS, DONE };

/* Where the walk stands. */
struct place {
	u64 part;
	u64 node, head;   /* in the list of network namespaces, then in that of super blocks: the next to visit */
	u64 mount, last;  /* in the list of a super block's mounts */
	u64 block;        /* the super block of those mounts */
	u64 told_user;    /* 1: the owner of the super block at `node` has been told */
};

struct walk {
	struct outcome outcome;
	struct place place;
	u64 init; /* init_task */
	struct layout layout;
	struct record record;
};
STATE(struct walk);

/* A namespace that a step came upon; the record says the rest. */
struct found {
	u64 namespace; /* its ns_common, or 0 */
	u64 type;      /* 0: it says so itself */
};

static __noinline void tell(struct walk *walk, u64 namespace, u32 type) {
	struct record *record = &walk->record;
	struct layout *layout = &walk->layout;
	struct ns_common *ns = (void *)namespace;
	if (!type) type = type_of(ns);
	record->type = type;
	record->id = id_of(ns);
	record->inum = READ(ns, inum);
	if (!record->inum) return;
	find_layout(layout, type);
	u64 owner, parent;
	READ_AT(owner, member_at(namespace, layout->owner));
	READ_AT(parent, member_at(namespace, layout->parent));
	struct user_namespace *user = (void *)owner;
	record->owner_inum = READ(user, ns.inum);
	u64 creator = layout->creator ? namespace + layout->creator : owner + OFFSET(user_namespace, owner);
	READ_AT(record->owner_uid, creator);
	struct ns_common *parent_ns = (void *)(parent + layout->self);
	record->parent_inum = READ(parent_ns, inum);
	struct record *stored = next_record(&store, &walk->outcome);
	if (stored) *stored = *record;
}

/* A pointer that lies at an address; marks the walk torn where that cannot be read. */
static __always_inline u64 follow(struct walk *walk, u64 address) {
	u64 pointer = 0;
	if (READ_AT(pointer, address)) walk->outcome.torn = 1;
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

static __always_inline void describe_mount(struct record *record, struct mount *mount, u32 inum) {
	record->mnt_inum = inum;
	record->old_mount_id = READ(mount, mnt_id);
	struct vfsmount___flags *flags = (void *)((u64)mount + OFFSET(mount, mnt));
	record->locked = (READ(flags, mnt_flags) & MNT_LOCKED) != 0;
	if (bpf_core_field_exists(struct mount___unique, mnt_id_unique))
		record->mount_id = READ((struct mount___unique *)mount, mnt_id_unique);
}

/* The whole of a procfs is of no process; that it holds its own pid namespace is told of the super block. */
static __noinline int tell_mounted_process(struct walk *walk, struct mount *mount, u64 magic, u32 inum) {
	struct record *record = &walk->record;
	struct dentry *root = READ(mount, mnt.mnt_root);
	struct inode *inode = READ(root, d_inode);
	struct super_block *block = READ(inode, i_sb);
	struct proc_fs_info *info = READ(block, s_fs_info);
	u64 own = magic == PROC_SUPER_MAGIC ? (u64)READ(info, pid_ns) : 0;
	u64 pid_ns = pid_ns_of(magic == PROC_SUPER_MAGIC ? process_of(root) : READ(inode, i_private));
	if (!pid_ns || pid_ns == own) return 0;
	record->kind = PROCESS_MOUNT;
	record->device = READ(block, s_dev);
	describe_mount(record, mount, inum);
	tell(walk, pid_ns + OFFSET(pid_namespace, ns), CLONE_NEWPID);
	__builtin_memset(record, 0, sizeof *record);
	return 0;
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
	if ((u64)block != place->block) walk->outcome.torn = 1;
	if (magic == PROC_SUPER_MAGIC || magic == PID_FS_MAGIC) tell_mounted_process(walk, mount, magic, inum);
	if (magic == NSFS_MAGIC) {
		struct inode *inode = READ(mount, mnt.mnt_root, d_inode);
		found->namespace = (u64)READ(inode, i_private);
		record->kind = BIND_MOUNT;
		describe_mount(record, mount, inum);
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
	if (next == place->node) walk->outcome.torn = 1; /* it was taken off the list */
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

static __always_inline void begin_part(struct walk *walk) {
	struct place *place = &walk->place;
	struct task_struct *init = (void *)walk->init;
	place->told_user = 0;
	if (place->part == NETS) {
		/* The head is what stands before the first, the initial one. */
		place->node = (u64)READ(init, nsproxy, net_ns) + OFFSET(net, list);
		READ_AT(place->head, place->node + sizeof(u64));
	} else {
		/* Once around the circle from init_task's root, the list's head passed over on the way. */
		place->node = (u64)READ(init, fs, root.mnt, mnt_sb) + OFFSET(super_block, s_list);
		place->head = 0;
	}
}

/* One object of one list; 1: the walk is at its end. */
static int step(u32 turn, void *context) {
	struct walk *walk = *(struct walk **)context;
	struct place *place = &walk->place;
	struct found found = {};
	if (!place->node) begin_part(walk);
	__builtin_memset(&walk->record, 0, sizeof walk->record);
	if (place->mount != place->last) {
		visit_mount(walk, &found);
	} else if (place->node == place->head) {
		place->part++;
		place->node = 0;
		return place->part == DONE;
	} else if (place->part == NETS) {
		visit_net(walk, &found);
	} else {
		visit_block(walk, &found);
	}
	FORGET(found);
	if (found.namespace) tell(walk, found.namespace, found.type);
	return walk->outcome.torn != 0;
}

static __always_inline void walk_tables(struct walk *walk) {
	__builtin_memset(walk, 0, sizeof *walk);
	walk->init = (u64)find_init_task();
	bpf_loop(1 << 23, step, &walk, 0);
	if (walk->place.part != DONE) walk->outcome.torn = 1;
}

RUN(superblocks, struct walk, walk_tables)

char LICENSE[] SEC("license") = "Dual MIT/GPL";
