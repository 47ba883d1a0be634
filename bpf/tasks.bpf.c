/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Every process of the reader's pid namespace with what /proc/PID/{stat,status,ns} tell of it, and each thread that is
 * in other namespaces than its leader or has another uid. With EVERY_THREAD (threads.bpf.c) all threads.
 *
 * Pointers are followed by bpf_probe_read_kernel and not by plain loads: for each plain load of a pointer the verifier
 * of 6.2 to 6.18 searches the whole BTF for lists of trusted members, which costs far more than the helper ever does.
 */
#include "kernel.h"
#include "layout.h"
#include "reader.h"

enum link { CGROUP, IPC, MNT, NET, PID, TIME, USER, UTS, PID_FOR_CHILDREN, TIME_FOR_CHILDREN, LINKS };

struct record {
	u32 tgid, pid; /* as the reader's pid namespace has them */
	u32 parent;    /* tgid of the real parent; 0: none, or outside the reader's pid namespace */
	u32 uid, euid; /* as the initial user namespace has them */
	u32 flags;     /* PF_*: include/linux/sched.h */
	u32 state, exit_state;
	u32 threads; /* in the whole process */
	u32 level;   /* of its pid namespace, 0 is the initial one */
	u32 links[LINKS]; /* inode numbers; 0: it has none any more, it is a zombie */
	u32 nested;       /* how many numbers follow the record: its PID in each pid namespace below the reader's */
	u32 pad;
	u64 start_boottime; /* ns since boot, suspension included, in the initial time namespace */
	u64 cgroups;        /* opaque: equal for tasks in the same cgroup of every hierarchy */
	char comm[16];
};
RECORD_BYTES(record, 120);
FIELD_AT(record, tgid, 0); FIELD_AT(record, pid, 4); FIELD_AT(record, parent, 8); FIELD_AT(record, uid, 12);
FIELD_AT(record, euid, 16); FIELD_AT(record, flags, 20); FIELD_AT(record, state, 24);
FIELD_AT(record, exit_state, 28); FIELD_AT(record, threads, 32); FIELD_AT(record, level, 36);
FIELD_AT(record, links, 40); FIELD_AT(record, nested, 80); FIELD_AT(record, pad, 84);
FIELD_AT(record, start_boottime, 88); FIELD_AT(record, cgroups, 96); FIELD_AT(record, comm, 104);

#define MAX_LEVELS 32 /* MAX_PID_NS_LEVEL, include/linux/pid_namespace.h */

/* A pointer may be NULL all the way: what is read at a small address is zero. */
static __always_inline u32 inum_at(u64 namespace, s64 offset) {
	struct ns_common *ns = (void *)(namespace + offset);
	return READ(ns, inum);
}

#ifndef EVERY_THREAD
static __always_inline u32 is_like_leader(struct task_struct *task) {
	struct task_struct *leader = READ(task, group_leader);
	struct nsproxy *mine = READ(task, nsproxy), *its = READ(leader, nsproxy);
	if (!mine) return 1; /* it is ending and tells nothing */
	if (mine != its) return 0;
	struct cred *cred = READ(task, real_cred), *its_cred = READ(leader, real_cred);
	return cred == its_cred || (READ(cred, user_ns) == READ(its_cred, user_ns) &&
	                            READ(cred, uid.val) == READ(its_cred, uid.val) &&
	                            READ(cred, euid.val) == READ(its_cred, euid.val));
}
#endif

/*
 * Of a zombie the proxy is NULL, which reads as zeros all the way. Plain loads: once a pointer is not trusted any more,
 * the verifier does not mind where it leads.
 */
static __always_inline void read_links(u32 *links, struct nsproxy *proxy) {
	links[UTS] = proxy->uts_ns->ns.inum;
	links[IPC] = proxy->ipc_ns->ns.inum;
	links[MNT] = READ(proxy, mnt_ns, ns.inum); /* some kernels' BTF has no more than the name of the type here */
	links[NET] = proxy->net_ns->ns.inum;
	links[TIME] = proxy->time_ns->ns.inum;
	links[TIME_FOR_CHILDREN] = proxy->time_ns_for_children->ns.inum;
	links[CGROUP] = proxy->cgroup_ns->ns.inum;
}

SEC("iter/task")
int tasks(struct bpf_iter__task *ctx) {
	struct task_struct *task = ctx->task;
	if (!task) return 0;
#ifndef EVERY_THREAD
	if (task->pid != task->tgid && is_like_leader(task)) return 0;
#endif
	struct pid *pid = READ(task, thread_pid);
	if (!pid) return 0; /* released since the iterator found it */
	struct record record = {};
	record.level = READ(pid, level);
	/* A task of the initial pid namespace is seen from there alone. */
	u32 level = record.level ? reader_level() : 0;
	struct task_struct *parent = READ(task, real_parent);
	if (level) {
		record.tgid = pid_at(READ(task, group_leader, thread_pid), level);
		record.pid = pid_at(pid, level);
		record.parent = pid_at(READ(parent, group_leader, thread_pid), level);
	} else {
		record.tgid = task->tgid;
		record.pid = task->pid;
		record.parent = READ(parent, tgid);
	}
	struct cred *cred = READ(task, real_cred);
	u32 ids[5] = {}; /* uid, gid, suid, sgid, euid: in this order since 2.6.29 */
	READ_AT(ids, (u64)cred + OFFSET(cred, uid));
	record.uid = ids[0];
	record.euid = ids[4];
	record.flags = task->flags;
	record.state = task->__state;
	record.exit_state = task->exit_state;
	record.threads = READ(task, signal, nr_threads);
	record.start_boottime = task->start_boottime;
	record.cgroups = (u64)READ(task, cgroups);
	bpf_probe_read_kernel(record.comm, sizeof record.comm, &task->comm);
	struct nsproxy *proxy = task->nsproxy;
	read_links(record.links, proxy);
	record.links[USER] = inum_at((u64)READ(cred, user_ns), OFFSET(user_namespace, ns));

	/* All of numbers[] before a pid_namespace is looked into: see kernel.h on what a look-up costs. */
	u64 numbers = (u64)pid + OFFSET(pid, numbers);
	struct upid innermost = {};
	READ_AT(innermost, numbers + record.level * sizeof innermost);
	record.nested = record.level - level;
	u32 nested[MAX_LEVELS] = {};
	if (record.nested) {
		FORGET(nested);
		for (u32 i = 0; i < MAX_LEVELS && i < record.nested; i++)
			READ_AT(nested[i], numbers + (level + 1 + i) * sizeof innermost);
		FORGET(record);
	}
	s64 pid_ns = OFFSET(pid_namespace, ns);
	record.links[PID] = inum_at((u64)innermost.ns, pid_ns);
	record.links[PID_FOR_CHILDREN] = proxy->pid_ns_for_children->ns.inum;
	u32 count = record.nested;
	if (count > MAX_LEVELS) return 0;
	struct seq_file *seq = ctx->meta->seq;
	bpf_seq_write(seq, &record, sizeof record);
	if (count) bpf_seq_write(seq, nested, count * sizeof nested[0]);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
