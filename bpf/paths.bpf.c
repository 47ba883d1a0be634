/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What every process of the reader's pid namespace keeps by where it is and by the program that it runs: its working and
 * root directory may lie in /proc/PID of another, or on another procfs; the file of its program was opened, and its
 * memory made, in the user namespace in which it called execve(2).
 */
#include "search.h"

/* A directory keeps the mount that it is on, and so the file system; and the directories above it. */
static __noinline int inspect_directory(struct search *search, struct dentry *dentry, u32 kind) {
	struct super_block *sb = READ(dentry, d_sb);
	if (READ(sb, s_magic) != PROC_SUPER_MAGIC) return 0;
	struct proc_fs_info *info = READ(sb, s_fs_info);
	u64 shown = (u64)READ(info, pid_ns);
	struct pid *pid = process_of(dentry);
	u64 pid_ns = pid_ns_of(pid);
	search->record.target = pid_at(pid, search->level);
	if (shown && shown != search->pid) tell(search, kind, shown + OFFSET(pid_namespace, ns), CLONE_NEWPID);
	if (pid_ns && pid_ns != search->pid && pid_ns != shown)
		tell(search, kind, pid_ns + OFFSET(pid_namespace, ns), CLONE_NEWPID);
	return 0;
}

static __noinline int inspect_user(struct search *search, struct user_namespace *user) {
	if ((u64)user != search->user && READ(user, parent))
		tell(search, PROGRAM, (u64)user + OFFSET(user_namespace, ns), CLONE_NEWUSER);
	return 0;
}

SEC("iter/task")
int paths(struct bpf_iter__task *ctx) {
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
	FORGET_BEFORE(&search, seq);
	search.seq = ctx->meta->seq;
	if (!begin_search(&search, task)) return 0;
	if (has_fs) {
		inspect_directory(&search, READ(fs, pwd.dentry), CWD);
		inspect_directory(&search, READ(fs, root.dentry), ROOT);
	}
	if (!has_mm) return 0;
	inspect_user(&search, READ(mm, exe_file, f_cred, user_ns));
	if (bpf_core_field_exists(struct mm_struct___user, user_ns))
		inspect_user(&search, READ((struct mm_struct___user *)mm, user_ns));
	else if (bpf_core_field_exists(struct task_struct___exec, exec_state))
		inspect_user(&search, READ((struct task_struct___exec *)task, exec_state, user_ns));
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
