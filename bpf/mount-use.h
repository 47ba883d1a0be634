/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What uses a file system: the record that the iterators over files and tasks share, and for which file systems and
 * devices the reader asks.
 */
#ifndef NSCOPE_MOUNT_USE_H
#define NSCOPE_MOUNT_USE_H
#include "kernel.h"
#include "layout.h"
#include "reader.h"

#define S_IFBLK 0060000 /* include/uapi/linux/stat.h */
#define FMODE_PATH 0x4000 /* include/linux/fs.h: opened with O_PATH */
#define MNT_NS_ANON_INO 0xeffffff7u /* include/uapi/linux/nsfs.h: a tree that is in no mount namespace */
#define MAX_ERRNO 4095 /* include/linux/err.h */

enum kind {
	DESCRIPTOR = 1, /* an open file */
	BOUND = 2,      /* a unix socket that is bound to a name there */
	QUEUED = 3,     /* an open file that waits in the queue of a unix socket */
	DEVICE = 4,     /* the device itself is open */
	CWD = 5,        /* the task's working directory */
	ROOT = 6,       /* its root directory */
	PROGRAM = 7,    /* the file of its program */
	MAPPED = 8,     /* a mapped file */
	CUT = 9,        /* not all of this task, or of the queue of this socket, was read */
	NESTED = 10,    /* a socket in the queue of this one was sent files, which were not read */
};

/* Where the mount is. */
enum state { MOUNTED = 0, DETACHED = 1, INTERNAL = 2, ANONYMOUS = 3 };

struct record {
	u64 mount_id; /* the id that statmount(2) takes, from 6.8; else 0 */
	u64 inode;    /* of the file; BOUND, QUEUED: of the socket */
	u32 kind, state;
	u32 old_mount_id; /* the id in mountinfo */
	u32 mnt_inum;     /* the mount namespace */
	u32 device;       /* of the super block, or the open device: major << 20 | minor */
	u32 tgid, pid, fd;
	u32 mode;         /* st_mode of the file */
	u32 is_path;      /* 1: the descriptor was opened with O_PATH */
};
RECORD_BYTES(record, 56);
FIELD_AT(record, mount_id, 0); FIELD_AT(record, inode, 8); FIELD_AT(record, kind, 16); FIELD_AT(record, state, 20);
FIELD_AT(record, old_mount_id, 24); FIELD_AT(record, mnt_inum, 28); FIELD_AT(record, device, 32);
FIELD_AT(record, tgid, 36); FIELD_AT(record, pid, 40); FIELD_AT(record, fd, 44); FIELD_AT(record, mode, 48);
FIELD_AT(record, is_path, 52);

#define MAX_RECORDS 500 /* of one descriptor, or task */
_Static_assert((MAX_RECORDS + 8) * sizeof(struct record) < SHOW_BYTES, "all records of one call must fit");

/* What the reader asks for: super blocks or block devices by major << 20 | minor; all where there are none. */
#define MAX_WANTED 63
struct wanted {
	u32 count;
	u32 devices[MAX_WANTED];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct wanted);
} wanted SEC(".maps");

struct file___mode {
	u32 f_mode;
} __attribute__((preserve_access_index));

/* Of one task. Those in the middle say where the walk of a queue stands: message-queue.h. */
struct search {
	u64 buffer, head;
	u64 files, next, count;
	u64 written;
	struct record record;
	struct seq_file *seq; /* here and below: what must not be forgotten */
	struct wanted *wanted;
};

/* 0: there is no such task to the reader. */
static __always_inline int begin_search(struct search *search, struct task_struct *task, struct seq_file *seq) {
	u32 first = 0, level = reader_level();
	FORGET_BEFORE(search, seq);
	search->seq = seq;
	search->wanted = bpf_map_lookup_elem(&wanted, &first);
	search->record.tgid = tgid_of(task, level);
	search->record.pid = tid_of(task, level);
	return search->wanted && search->record.tgid;
}

static __noinline int is_wanted(struct wanted *wanted, u32 device) {
	if (!wanted) return 0;
	if (!wanted->count) return 1;
	for (u32 i = 0; i < MAX_WANTED; i++) {
		if (i >= wanted->count) break;
		if (wanted->devices[i] == device) return 1;
	}
	return 0;
}

static __always_inline void describe_mount(struct record *record, struct vfsmount *vfsmount) {
	struct mount *mount = (void *)vfsmount - OFFSET(mount, mnt);
	struct mnt_namespace *ns = READ(mount, mnt_ns);
	record->old_mount_id = READ(mount, mnt_id);
	record->mount_id = 0;
	if (bpf_core_field_exists(struct mount___unique, mnt_id_unique))
		record->mount_id = READ((struct mount___unique *)mount, mnt_id_unique);
	record->mnt_inum = 0;
	if (!ns) {
		record->state = DETACHED;
	} else if ((u64)ns >= (u64)-MAX_ERRNO) {
		record->state = INTERNAL;
	} else {
		record->mnt_inum = READ(ns, ns.inum);
		struct user_namespace *owner = READ(ns, user_ns);
		/* Before 6.18 an anonymous tree has the number 0. */
		record->state = !record->mnt_inum || record->mnt_inum == MNT_NS_ANON_INO || !owner ? ANONYMOUS : MOUNTED;
		if (record->state == ANONYMOUS) record->mnt_inum = 0;
	}
}

static __noinline int tell(struct search *search, u32 kind) {
	search->record.kind = kind;
	bpf_seq_write(search->seq, &search->record, sizeof search->record);
	search->written++;
	FORGET_BEFORE(search, seq);
	return 0;
}

/* Tells of what lies on a mount, if it is on one that is wanted. inode: of it, or of the socket that leads to it. */
static __noinline int inspect(struct search *search, struct vfsmount *vfsmount, struct inode *inode, u32 kind) {
	struct super_block *block = READ(vfsmount, mnt_sb);
	u32 device = READ(block, s_dev);
	if (!vfsmount || !is_wanted(search->wanted, device)) return 0;
	search->record.device = device;
	search->record.inode = READ(inode, i_ino);
	search->record.mode = READ(inode, i_mode);
	describe_mount(&search->record, vfsmount);
	return tell(search, kind);
}

#endif
