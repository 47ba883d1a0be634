/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Mapped files that hold a namespace, of every process in the reader's pid namespace: a mapping keeps its file, also when
 * no descriptor is left. Attached segments of System V shared memory are such files.
 *
 * A process whose list of mappings is being changed is not waited for: it may hold its lock for as long as it likes. Linux
 * 6.7, for the iterator.
 */
#include "inspect.h"

struct bpf_iter_task_vma {
	u64 opaque;
};
extern int bpf_iter_task_vma_new(struct bpf_iter_task_vma *it, struct task_struct *task, u64 address) __ksym;
extern struct vm_area_struct *bpf_iter_task_vma_next(struct bpf_iter_task_vma *it) __ksym;
extern void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma *it) __ksym;

#define EBUSY 16

static __noinline int is_plain_mapping(struct task_struct *task, struct file *file) {
	return is_plain(task, file) && !is_segment(file, READ(file, f_inode, i_sb, s_magic));
}

/* By bpf_loop, so that the verifier sees it once and not with all that the loop around may know. */
static int inspect_mapped(u32 turn, void *context) {
	struct search *search = context;
	if (search->written >= MAX_RECORDS) return 1;
	inspect_all(search, (struct file *)search->files);
	FORGET_BEFORE(search, seq);
	return 0;
}

SEC("iter/task")
int mappings(struct bpf_iter__task *ctx) {
	struct task_struct *task = ctx->task;
	if (!task || !task->mm) return 0;
	/* The threads of a process share its memory; where its leader has exited each shows it. */
	if (task->pid != task->tgid && READ(task, group_leader, mm)) return 0;
	struct search search = {};
	FORGET_BEFORE(&search, seq);
	search.seq = ctx->meta->seq;
	if (!begin_search(&search, task)) return 0;
	search.record.held_by = MAPPED;
	struct bpf_iter_task_vma mappings;
	struct vm_area_struct *mapping;
	if (bpf_iter_task_vma_new(&mappings, task, 0) == -EBUSY) tell(&search, CUT, 0, 1);
	while ((mapping = bpf_iter_task_vma_next(&mappings))) {
		struct file *file = mapping->vm_file;
		if (!file || (u64)file == search.files) continue;
		search.files = (u64)file;
		if (!is_plain_mapping(task, file)) bpf_loop(1, inspect_mapped, &search, 0);
		FORGET_BEFORE(&search, seq);
	}
	if (search.written >= MAX_RECORDS) tell(&search, CUT, 0, 1);
	bpf_iter_task_vma_destroy(&mappings);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
