/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What every process in the reader's pid namespace keeps of a mount without a descriptor: its working and root directory,
 * the file of its program, and mapped files.
 *
 * A process whose list of mappings is being changed is not waited for. Linux 6.7, for the iterator over mappings.
 */
#include "mount-use.h"

struct bpf_iter_task_vma {
	u64 opaque;
};
extern int bpf_iter_task_vma_new(struct bpf_iter_task_vma *it, struct task_struct *task, u64 address) __ksym;
extern struct vm_area_struct *bpf_iter_task_vma_next(struct bpf_iter_task_vma *it) __ksym;
extern void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma *it) __ksym;
#define EBUSY 16

static __noinline int inspect_path(struct search *search, struct vfsmount *mount, struct dentry *dentry, u32 kind) {
	return inspect(search, mount, READ(dentry, d_inode), kind);
}

/* By bpf_loop, so that the verifier sees it once and not with all that the loop around may know. */
static int inspect_mapped(u32 turn, void *context) {
	struct search *search = context;
	struct file *file = (void *)search->files;
	if (search->written < MAX_RECORDS) inspect(search, READ(file, f_path.mnt), READ(file, f_inode), MAPPED);
	FORGET_BEFORE(search, seq);
	return 0;
}

SEC("iter/task")
int mount_tasks(struct bpf_iter__task *ctx) {
	struct task_struct *task = ctx->task;
	if (!task) return 0;
	struct task_struct *leader = READ(task, group_leader);
	struct fs_struct *fs = READ(task, fs);
	struct mm_struct *mm = READ(task, mm);
	/* Threads have these of their leader, but where they unshared the directories, or it has exited. */
	u32 has_fs = fs && (task->pid == task->tgid || fs != READ(leader, fs));
	u32 has_mm = mm && (task->pid == task->tgid || !READ(leader, mm));
	if (!has_fs && !has_mm) return 0;
	struct search search = {};
	if (!begin_search(&search, task, ctx->meta->seq)) return 0;
	if (has_fs) {
		inspect_path(&search, READ(fs, pwd.mnt), READ(fs, pwd.dentry), CWD);
		inspect_path(&search, READ(fs, root.mnt), READ(fs, root.dentry), ROOT);
	}
	if (!has_mm) return 0;
	struct file *program = READ(mm, exe_file);
	inspect(&search, READ(program, f_path.mnt), READ(program, f_inode), PROGRAM);
	struct bpf_iter_task_vma mappings;
	struct vm_area_struct *mapping;
	if (bpf_iter_task_vma_new(&mappings, task, 0) == -EBUSY) tell(&search, CUT);
	while ((mapping = bpf_iter_task_vma_next(&mappings))) {
		struct file *file = mapping->vm_file;
		if (!file || (u64)file == search.files || file == program) continue;
		search.files = (u64)file;
		bpf_loop(1, inspect_mapped, &search, 0);
		FORGET_BEFORE(&search, seq);
	}
	if (search.written >= MAX_RECORDS) tell(&search, CUT);
	bpf_iter_task_vma_destroy(&mappings);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
