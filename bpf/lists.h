/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The kernel's own list of each type of namespace (kernel/nstree.c), from Linux 6.18 on. Needs kernel.h, namespace.h. */
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
#define TURNS 8

/* Where a walk stands. Each list is walked from the namespace of the boot, which never ends, round until that comes again. */
struct position {
	u64 first, node; /* list nodes; first: 0 before the list of the turn was begun */
	u64 operations;  /* what each namespace of the list has, and the list's head, which lies in none, has not */
	u64 init;        /* init_task */
	u32 turn;
	u32 type;
	struct layout layout;
};

static __always_inline void begin_list(struct position *at) {
	u64 initial = initial_namespace((void *)at->init, at->turn, &at->type);
	find_layout(&at->layout, at->type);
	struct ns_common *ns = (void *)(initial + at->layout.self);
	at->operations = (u64)READ(ns, ops);
	at->first = at->node = (u64)ns + node_offset();
}

/* As much of a struct ns_common as all that is read of it; it was 176 bytes large in 6.18. */
#define NS_COMMON_BYTES 256

/*
 * Reads the namespace whose turn it is whole, since one read costs as much as one of a member, and goes on to the next.
 * Gives its address, or 0 where there is none: the head of the list, or one without references, which is being freed and
 * whose id may be overwritten by ns_rcu. Its members lie at their offsets in `copy`.
 */
static __always_inline u64 visit_next(struct position *at, char *copy) {
	if (!at->first) begin_list(at);
	u64 address = at->node - node_offset();
	u64 size = bpf_core_type_size(struct ns_common);
	if (size > NS_COMMON_BYTES) size = NS_COMMON_BYTES;
	bpf_probe_read_kernel(copy, size, (void *)address);
	at->node = *(u64 *)(copy + node_offset()); /* `next` is good even while a node is being removed */
	if (!at->node || at->node == at->first) {
		at->first = 0;
		at->turn++;
	}
	u64 operations = *(u64 *)(copy + OFFSET(ns_common, ops));
	u32 references = *(u32 *)(copy + OFFSET(ns_common___618, __ns_ref));
	return references && operations == at->operations ? address : 0;
}

/*
 * Walks the lists of all types: `step` with a pointer to `walk` for each namespace, until it returns 1.
 * Returns whether the walk ended before the last list did.
 */
static __always_inline u64 walk_lists(struct position *at, int (*step)(u32, void *), void *walk) {
	at->init = (u64)find_init_task();
	bpf_loop(1 << 23, step, &walk, 0);
	return at->turn < TURNS;
}

static __always_inline u64 id_in(const char *copy) { return *(u64 *)(copy + OFFSET(ns_common___id, ns_id)); }

#endif
