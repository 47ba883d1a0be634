/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The making and freeing of every namespace, at the moment itself: trampolines at the two functions through which each
 * goes into the kernel's tree and out of it (kernel/nstree.c), Linux 6.18 and later. Kernels that forbid trampolines
 * refuse the whole program; then events.bpf.c and the kernel's list do.
 */
#include "kernel.h"
#include "layout.h"
#include "namespace.h"
#include "events.h"

enum kind { CREATED = 1, DESTROYED = 2 };

struct lifetime {
	u64 at;    /* ns, CLOCK_MONOTONIC */
	u64 start; /* of the process, ns since boot */
	u64 id;
	u32 kind;
	u32 type, inum;
	u32 tgid, pid, parent; /* CREATED: who; as the initial pid namespace has them */
	u32 euid;
	u32 pad;
	char comm[16];
};
RECORD_BYTES(lifetime, 72);
FIELD_AT(lifetime, at, 0); FIELD_AT(lifetime, start, 8); FIELD_AT(lifetime, id, 16);
FIELD_AT(lifetime, kind, 24); FIELD_AT(lifetime, type, 28); FIELD_AT(lifetime, inum, 32);
FIELD_AT(lifetime, tgid, 36); FIELD_AT(lifetime, pid, 40); FIELD_AT(lifetime, parent, 44);
FIELD_AT(lifetime, euid, 48); FIELD_AT(lifetime, pad, 52); FIELD_AT(lifetime, comm, 56);

static __always_inline int tell(u32 kind, struct ns_common *ns) {
	struct lifetime *lifetime = bpf_ringbuf_reserve(&ring, sizeof *lifetime, 0);
	if (!lifetime) {
		count_lost();
		return 0;
	}
	struct task_struct *task = (void *)bpf_get_current_task();
	lifetime->at = bpf_ktime_get_ns();
	lifetime->start = READ(task, start_boottime);
	lifetime->id = id_of(ns);
	lifetime->kind = kind;
	lifetime->type = type_of(ns);
	lifetime->inum = READ(ns, inum);
	lifetime->tgid = READ(task, tgid);
	lifetime->pid = READ(task, pid);
	lifetime->parent = READ(task, real_parent, tgid);
	lifetime->euid = READ(task, real_cred, euid.val);
	lifetime->pad = 0;
	bpf_probe_read_kernel(lifetime->comm, sizeof lifetime->comm, &task->comm);
	bpf_ringbuf_submit(lifetime, wake_up(1));
	return 0;
}

SEC("fexit/__ns_tree_add_raw")
int on_add(u64 *ctx) { return tell(CREATED, (void *)ctx[0]); }

SEC("fentry/__ns_tree_remove")
int on_remove(u64 *ctx) { return tell(DESTROYED, (void *)ctx[0]); }

char LICENSE[] SEC("license") = "Dual MIT/GPL";
