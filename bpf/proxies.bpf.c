/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The nsproxy of every thread in the reader's pid namespace. However many threads share one, it has one reference of each
 * namespace that it names. Linux 6.18 and later.
 */
#include "kernel.h"
#include "layout.h"
#include "namespace.h"
#include "reader.h"

enum { UTS, IPC, MNT, NET, TIME, TIME_FOR_CHILDREN, CGROUP, MEMBERS };

struct record {
	u64 proxy; /* opaque: its address */
	u64 ids[MEMBERS]; /* 64-bit ids */
	u32 count; /* of those who share the nsproxy: threads, and who sets about to enter its namespaces */
	u32 tgid, pid;
	u32 pad;
};
RECORD_BYTES(record, 80);
FIELD_AT(record, proxy, 0); FIELD_AT(record, ids, 8); FIELD_AT(record, count, 64); FIELD_AT(record, tgid, 68);
FIELD_AT(record, pid, 72); FIELD_AT(record, pad, 76);

#define ID(structure, member) id_of((void *)((u64)READ(proxy, member) + OFFSET(structure, ns)))

SEC("iter/task")
int proxies(struct bpf_iter__task *ctx) {
	struct task_struct *task = ctx->task;
	if (!task) return 0;
	struct nsproxy *proxy = READ(task, nsproxy);
	if (!proxy) return 0; /* it is ending and has let go of them */
	struct record record = {};
	u32 level = reader_level();
	record.proxy = (u64)proxy;
	record.count = READ(proxy, count.refs.counter);
	record.tgid = tgid_of(task, level);
	record.pid = tid_of(task, level);
	record.ids[UTS] = ID(uts_namespace, uts_ns);
	record.ids[IPC] = ID(ipc_namespace, ipc_ns);
	record.ids[MNT] = ID(mnt_namespace, mnt_ns);
	record.ids[NET] = ID(net, net_ns);
	record.ids[TIME] = ID(time_namespace, time_ns);
	record.ids[TIME_FOR_CHILDREN] = ID(time_namespace, time_ns_for_children);
	record.ids[CGROUP] = ID(cgroup_namespace, cgroup_ns);
	bpf_seq_write(ctx->meta->seq, &record, sizeof record);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
