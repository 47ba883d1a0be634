/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * PIDs as the reader's pid namespace has them. The iterators over tasks and files visit the tasks of the pid namespace
 * of whoever opened them, with the numbers of the initial one; /proc and kill(2) use those of the reader. Needs kernel.h.
 */
#ifndef NSCOPE_READER_H
#define NSCOPE_READER_H

/* The number at one level; 0 when the process is not visible there. */
static __always_inline u32 pid_at(struct pid *pid, u32 level) {
	struct upid upid = {};
	if (READ(pid, level) < level) return 0;
	bpf_probe_read_kernel(&upid, sizeof upid, (void *)pid + OFFSET(pid, numbers) + level * sizeof upid);
	return upid.nr;
}

/* The reader's own level: 0 on the host. */
static __always_inline u32 reader_level(void) {
	struct task_struct *reader = (void *)bpf_get_current_task();
	return READ(reader, thread_pid, level);
}

static __always_inline u32 tid_of(struct task_struct *task, u32 level) {
	return level ? pid_at(READ(task, thread_pid), level) : READ(task, pid);
}

static __always_inline u32 tgid_of(struct task_struct *task, u32 level) {
	return level ? pid_at(READ(task, group_leader, thread_pid), level) : READ(task, tgid);
}

#endif
