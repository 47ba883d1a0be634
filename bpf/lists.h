/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The kernel's own list of each type of namespace (kernel/nstree.c), from Linux 6.18 on: where it begins. Needs kernel.h. */
#ifndef NSCOPE_LISTS_H
#define NSCOPE_LISTS_H

/* The distance from a struct ns_common to its node in the list of its type. */
static __always_inline u64 node_offset(void) {
	if (bpf_core_field_exists(struct ns_common___618, ns_list_node)) return OFFSET(ns_common___618, ns_list_node);
	return OFFSET(ns_common___619, ns_tree_node.ns_list_entry);
}

/* The type of the turn, and the one of it that the boot made. */
static __always_inline u64 initial_namespace(struct task_struct *init, u32 turn, u32 *type) {
	struct nsproxy *proxy = READ(init, nsproxy);
	*type = CLONE_NEWUSER;
	if (turn == 7) return (u64)READ(init, real_cred, user_ns);
	if (turn == 0) return *type = CLONE_NEWUTS, (u64)READ(proxy, uts_ns);
	if (turn == 1) return *type = CLONE_NEWIPC, (u64)READ(proxy, ipc_ns);
	if (turn == 2) return *type = CLONE_NEWNS, (u64)READ(proxy, mnt_ns);
	if (turn == 3) return *type = CLONE_NEWPID, (u64)READ(proxy, pid_ns_for_children);
	if (turn == 4) return *type = CLONE_NEWNET, (u64)READ(proxy, net_ns);
	if (turn == 5) return *type = CLONE_NEWTIME, (u64)READ(proxy, time_ns);
	return *type = CLONE_NEWCGROUP, (u64)READ(proxy, cgroup_ns);
}

#endif
