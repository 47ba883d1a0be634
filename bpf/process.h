/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Which process something of procfs is of, and its pid namespace. Needs kernel.h.
 *
 * A struct pid holds the pid namespaces of its numbers, also after the process has ended. procfs keeps one for each
 * directory and file of a process (proc_inode.pid), and whoever keeps such an inode or a name below it keeps that.
 */
#ifndef NSCOPE_PROCESS_H
#define NSCOPE_PROCESS_H

static __always_inline u64 pid_ns_of(struct pid *pid) {
	struct upid innermost = {};
	READ_AT(innermost, (u64)pid + OFFSET(pid, numbers) + READ(pid, level) * sizeof innermost);
	return (u64)innermost.ns;
}

/* So far up: /proc/PID/net and what modules put below it is all that has no process of its own. */
#define MAX_STEPS_UP 8

/* The process of a name in procfs: its own, or that of the nearest directory above. NULL for what is of no process. */
static __always_inline struct pid *process_of(struct dentry *dentry) {
	struct pid *pid = 0;
	for (u32 i = 0; i < MAX_STEPS_UP; i++) {
		struct inode *inode = READ(dentry, d_inode);
		struct proc_inode *entry = (void *)inode - OFFSET(proc_inode, vfs_inode);
		pid = READ(entry, pid);
		if (pid) break;
		dentry = READ(dentry, d_parent);
	}
	return pid;
}

#endif
