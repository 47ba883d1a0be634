/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Files of procfs and cgroupfs, and segments of shared memory, that keep the namespace that they show, from open(2) on: fs/proc_namespace.c,
 * fs/proc/proc_net.c, fs/proc/base.c, ipc/util.c, kernel/cgroup/cgroup.c. Needs kernel.h and namespace.h.
 *
 * Which functions serve a file is not to be told, for the kernel's symbols of data may be missing. So a file is known by
 * its name and place, and what is found there must be a namespace of the expected type.
 */
#ifndef NSCOPE_SHOWN_H
#define NSCOPE_SHOWN_H

/* What a file shows or will need; addresses of whole namespaces, 0: none of this type. */
struct shown {
	u64 mnt, net, ipc, pid, user, cgroup;
};

/* The first 15 bytes of a name, as numbers of the machine's order. */
struct short_name {
	u64 first, second;
};
#define FS_CONTEXT_NAME 0x65746e6f6373665bull /* "[fscontext]" */
#define LETTERS(a, b, c, d, e, f, g, h) \
	((u64)(a) | (u64)(b) << 8 | (u64)(c) << 16 | (u64)(d) << 24 | (u64)(e) << 32 | (u64)(f) << 40 | (u64)(g) << 48 | \
	 (u64)(h) << 56)

static __always_inline u64 checked(u64 address, s64 ns, u32 type) {
	return address && type_of((void *)(address + ns)) == type ? address : 0;
}

/* The memory of a process, which keeps the user namespace in which it was made, also after the process has ended. */
static __always_inline u64 find_memory(struct short_name *name, u64 opened, u64 private) {
	u64 first = name->first, second = name->second;
	if (!second && (first == LETTERS('m', 'e', 'm', 0, 0, 0, 0, 0) || first == LETTERS('a', 'u', 'x', 'v', 0, 0, 0, 0) ||
	                first == LETTERS('e', 'n', 'v', 'i', 'r', 'o', 'n', 0) ||
	                first == LETTERS('p', 'a', 'g', 'e', 'm', 'a', 'p', 0)))
		return opened;
	if (!(first == LETTERS('m', 'a', 'p', 's', 0, 0, 0, 0) && !second) &&
	    !(first == LETTERS('s', 'm', 'a', 'p', 's', 0, 0, 0) && !second) &&
	    !(first == LETTERS('s', 'm', 'a', 'p', 's', '_', 'r', 'o') && second == LETTERS('l', 'l', 'u', 'p', 0, 0, 0, 0)) &&
	    !(first == LETTERS('n', 'u', 'm', 'a', '_', 'm', 'a', 'p') && second == 's'))
		return 0;
	if (bpf_core_field_exists(struct proc_maps_private___617, lock_ctx))
		return (u64)READ((struct proc_maps_private___617 *)private, lock_ctx.mm);
	return (u64)READ((struct proc_maps_private___mm *)private, mm);
}

/* Of the directory of a process: what the file shows was looked up when it was opened. */
static __always_inline void find_shown_of_process(struct shown *shown, struct short_name *name, u64 opened, u64 private) {
	u64 first = name->first, second = name->second;
	if ((first == LETTERS('m', 'o', 'u', 'n', 't', 'i', 'n', 'f') && second == 'o') ||
	    (first == LETTERS('m', 'o', 'u', 'n', 't', 's', 0, 0) && !second) ||
	    (first == LETTERS('m', 'o', 'u', 'n', 't', 's', 't', 'a') && second == ('t' | 's' << 8))) {
		struct proc_mounts *mounts = (void *)private;
		shown->mnt = checked((u64)READ(mounts, ns), OFFSET(mnt_namespace, ns), CLONE_NEWNS);
	} else if ((first == LETTERS('u', 'i', 'd', '_', 'm', 'a', 'p', 0) && !second) ||
	           (first == LETTERS('g', 'i', 'd', '_', 'm', 'a', 'p', 0) && !second) ||
	           (first == LETTERS('p', 'r', 'o', 'j', 'i', 'd', '_', 'm') && second == ('a' | 'p' << 8)) ||
	           (first == LETTERS('s', 'e', 't', 'g', 'r', 'o', 'u', 'p') && second == 's')) {
		shown->user = checked(private, OFFSET(user_namespace, ns), CLONE_NEWUSER);
	} else if (bpf_core_field_exists(struct mm_struct___user, user_ns)) { /* later the task has it, which such a file does not keep */
		struct mm_struct___user *memory = (void *)find_memory(name, opened, private);
		shown->user = checked((u64)READ(memory, user_ns), OFFSET(user_namespace, ns), CLONE_NEWUSER);
	}
}

/*
 * What a module or a part of the kernel added to procfs. A directory of a network namespace, such as /proc/PID/net, has
 * it as its data; the files in it keep it as their first word, or it is all that they keep.
 */
static __always_inline void find_shown_of_entry(struct shown *shown, struct proc_dir_entry *pde, u64 private) {
	struct proc_dir_entry *directory = READ(pde, parent);
	u64 net = (u64)READ(directory, data), first = 0;
	READ_AT(first, private);
	if (net && (private == net || first == net)) shown->net = checked(net, OFFSET(net, ns), CLONE_NEWNET);
	u64 name = 0;
	READ_AT(name, READ(directory, name));
	if (!bpf_core_type_exists(struct ipc_proc_iter) || name != LETTERS('s', 'y', 's', 'v', 'i', 'p', 'c', 0)) return;
	struct ipc_proc_iter *iterator = (void *)private;
	shown->ipc = checked((u64)READ(iterator, ns), OFFSET(ipc_namespace, ns), CLONE_NEWIPC);
	shown->pid = checked((u64)READ(iterator, pid_ns), OFFSET(pid_namespace, ns), CLONE_NEWPID);
}

static __always_inline int is_cgroupfs(u64 magic) { return magic == CGROUP_SUPER_MAGIC || magic == CGROUP2_SUPER_MAGIC; }

/* fsopen(2): the namespaces of its caller, of which each file system keeps what it will need. fs/fs_context.c */
static __always_inline void find_shown_of_context(struct shown *shown, struct fs_context *context) {
	u64 private = (u64)READ(context, fs_private), name = 0;
	READ_AT(name, READ(context, fs_type, name));
	shown->net = checked((u64)READ(context, net_ns), OFFSET(net, ns), CLONE_NEWNET);
	if ((u32)name == ('p' | 'r' << 8 | 'o' << 16 | 'c' << 24)) {
		struct proc_fs_context *proc = (void *)private;
		shown->pid = checked((u64)READ(proc, pid_ns), OFFSET(pid_namespace, ns), CLONE_NEWPID);
	} else if ((name & 0xffffffffffff) == LETTERS('c', 'g', 'r', 'o', 'u', 'p', 0, 0)) {
		if (!bpf_core_type_exists(struct cgroup_fs_context)) return;
		struct cgroup_fs_context *cgroup = (void *)private;
		shown->cgroup = checked((u64)READ(cgroup, ns), OFFSET(cgroup_namespace, ns), CLONE_NEWCGROUP);
	} else if (bpf_core_type_exists(struct mqueue_fs_context) && (name & 0xffffffffffff) == LETTERS('m', 'q', 'u', 'e', 'u', 'e', 0, 0)) {
		struct mqueue_fs_context *mqueue = (void *)private;
		shown->ipc = checked((u64)READ(mqueue, ipc_ns), OFFSET(ipc_namespace, ns), CLONE_NEWIPC);
	}
}

/*
 * The file of an attached segment of System V shared memory, which no descriptor has: ipc/shm.c. It lies on the kernel's
 * own tmpfs or hugetlbfs, named after its key.
 */
static __always_inline int is_segment(struct file *file, u64 magic) {
	u32 name = 0;
	if (magic != TMPFS_MAGIC && magic != HUGETLBFS_MAGIC) return 0;
	READ_AT(name, READ(file, f_path.dentry, d_name.name));
	return name == ('S' | 'Y' << 8 | 'S' << 16 | 'V' << 24) && READ(file, private_data);
}

/* 1: the file is a file system context */
static __noinline int find_shown(struct shown *shown, struct file *file) {
	struct inode *inode = READ(file, f_inode);
	u64 magic = READ(inode, i_sb, s_magic);
	shown->mnt = shown->net = shown->ipc = shown->pid = shown->user = shown->cgroup = 0;
	if (magic == ANON_INODE_FS_MAGIC) {
		u64 anonymous = 0;
		READ_AT(anonymous, READ(file, f_path.dentry, d_name.name));
		if (anonymous == FS_CONTEXT_NAME) find_shown_of_context(shown, READ(file, private_data));
		return anonymous == FS_CONTEXT_NAME;
	}
	if (bpf_core_type_exists(struct shm_file_data) && is_segment(file, magic)) {
		struct shm_file_data *segment = READ(file, private_data);
		shown->ipc = checked((u64)READ(segment, ns), OFFSET(ipc_namespace, ns), CLONE_NEWIPC);
		return 0;
	}
	if ((READ(inode, i_mode) & S_IFMT) != S_IFREG || (magic != PROC_SUPER_MAGIC && !is_cgroupfs(magic))) return 0;
	struct seq_file *seq = READ(file, private_data);
	u64 private = (u64)READ(seq, private);
	if (magic == PROC_SUPER_MAGIC) {
		struct proc_inode *entry = (void *)inode - OFFSET(proc_inode, vfs_inode);
		struct short_name name = {};
		bpf_probe_read_kernel_str(&name, sizeof name, READ(file, f_path.dentry, d_name.name));
		if (READ(entry, pid))
			find_shown_of_process(shown, &name, (u64)seq, private);
		else
			find_shown_of_entry(shown, READ(entry, pde), private);
	} else if (bpf_core_type_exists(struct cgroup_file_ctx)) {
		struct kernfs_open_file *open = (void *)private;
		struct cgroup_file_ctx *context = READ(open, priv);
		shown->cgroup = checked((u64)READ(context, ns), OFFSET(cgroup_namespace, ns), CLONE_NEWCGROUP);
	}
	return 0;
}

#endif
