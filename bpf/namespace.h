/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a program tells of one namespace, and where each type keeps it. Needs kernel.h. */
#ifndef NSCOPE_NAMESPACE_H
#define NSCOPE_NAMESPACE_H

/* Where a type keeps its facts, as distances in bytes from its struct ns_common; 0: this type has no such thing. */
struct layout {
	s64 owner;  /* pointer to the user namespace that owns it */
	s64 parent; /* pointer to the parent namespace of the same type */
	s64 level;  /* depth below the initial namespace */
	s64 count;  /* pid: processes and threads; mnt: mounts */
	s64 creator; /* user: uid of its creator */
	s64 self;   /* the ns_common inside the whole structure, from that structure's beginning */
};

static __always_inline void find_layout(struct layout *l, u32 type) {
#define FROM_NS(structure, member) (OFFSET(structure, member) - OFFSET(structure, ns))
#define SIMPLE(structure) (l->owner = FROM_NS(structure, user_ns), l->self = OFFSET(structure, ns))
	l->owner = l->parent = l->level = l->count = l->creator = l->self = 0;
	if (type == CLONE_NEWUTS) {
		SIMPLE(uts_namespace);
	} else if (type == CLONE_NEWIPC) {
		SIMPLE(ipc_namespace);
	} else if (type == CLONE_NEWTIME) {
		SIMPLE(time_namespace);
	} else if (type == CLONE_NEWCGROUP) {
		SIMPLE(cgroup_namespace);
	} else if (type == CLONE_NEWNET) {
		SIMPLE(net);
	} else if (type == CLONE_NEWNS) {
		SIMPLE(mnt_namespace);
		if (bpf_core_field_exists(struct mnt_namespace___count, nr_mounts))
			l->count = OFFSET(mnt_namespace___count, nr_mounts) - OFFSET(mnt_namespace, ns);
	} else if (type == CLONE_NEWPID) {
		SIMPLE(pid_namespace);
		l->parent = FROM_NS(pid_namespace, parent);
		l->level = FROM_NS(pid_namespace, level);
		l->count = FROM_NS(pid_namespace, pid_allocated);
	} else if (type == CLONE_NEWUSER) {
		/* A user namespace is owned by its parent. */
		l->owner = l->parent = FROM_NS(user_namespace, parent);
		l->level = FROM_NS(user_namespace, level);
		l->creator = FROM_NS(user_namespace, owner);
		l->self = OFFSET(user_namespace, ns);
	}
#undef SIMPLE
#undef FROM_NS
}

/* The address of a member, or 0, where a read gives zero, when the type has none. */
static __always_inline u64 member_at(u64 ns, s64 distance) { return distance ? ns + distance : 0; }

static __always_inline u32 type_of(struct ns_common *ns) {
	if (bpf_core_field_exists(struct ns_common___type, ns_type)) return READ((struct ns_common___type *)ns, ns_type);
	return READ(ns, ops, type);
}

static __always_inline u64 id_of(struct ns_common *ns) {
	if (bpf_core_field_exists(struct ns_common___id, ns_id)) return READ((struct ns_common___id *)ns, ns_id);
	return 0;
}

/* init_task: its pid is 0, and every task descends from it. It is in all initial namespaces. */
struct ascent {
	struct task_struct *task;
};
static int ascend(u32 turn, void *context) {
	struct ascent *ascent = context;
	struct task_struct *task = ascent->task;
	if (!READ(task, pid)) return 1;
	ascent->task = READ(task, real_parent);
	return 0;
}
static __always_inline struct task_struct *find_init_task(void) {
	struct ascent ascent = {(void *)bpf_get_current_task()};
	bpf_loop(1 << 16, ascend, &ascent, 0);
	return ascent.task;
}

#endif
