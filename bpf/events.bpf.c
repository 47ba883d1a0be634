/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Processes that fork, execute, exit, and go to other namespaces: the tracepoints of processes, and the end of those
 * system calls that change namespaces. Tracepoints with BTF load on every kernel from 5.17 on, also where trampolines
 * (fentry, fexit) are refused. The end of a namespace has no tracepoint: the reader reads the kernel's list after an `EXIT` with `last`.
 */
#include "kernel.h"
#include "layout.h"
#include "namespace.h"
#include "events.h"

enum kind { FORK = 1, EXEC = 2, EXIT = 3, UNSHARE = 4, SETNS = 5, MOUNT = 6, ATTACH = 7 };
enum link { CGROUP, IPC, MNT, NET, PID, TIME, USER, UTS, PID_FOR_CHILDREN, TIME_FOR_CHILDREN, LINKS };

struct actor {
	u64 at;    /* ns, CLOCK_MONOTONIC */
	u64 start; /* ns since boot, suspension included */
	u32 kind;
	u32 tgid, pid, parent; /* as the initial pid namespace has them; parent: tgid */
	u32 euid;
	u32 flags; /* FORK: 1 when elsewhere than its parent; EXIT: 1 when it was the last of its namespaces; EXEC: old pid */
	char comm[16];
};
RECORD_BYTES(actor, 56);
FIELD_AT(actor, at, 0); FIELD_AT(actor, start, 8); FIELD_AT(actor, kind, 16); FIELD_AT(actor, tgid, 20);
FIELD_AT(actor, pid, 24); FIELD_AT(actor, parent, 28); FIELD_AT(actor, euid, 32); FIELD_AT(actor, flags, 36);
FIELD_AT(actor, comm, 40);
struct placed {
	struct actor actor;
	u32 inums[LINKS];
	u64 ids[LINKS];
};
RECORD_BYTES(placed, 176);
FIELD_AT(placed, actor, 0); FIELD_AT(placed, inums, 56); FIELD_AT(placed, ids, 96);
/* EXEC: with the command line, which a process may not live long enough to be asked for. */
struct executed {
	struct placed placed;
	u32 length; /* of words, less than they have room for */
	u32 pad;
	char words[256]; /* each ends in a NUL but one that was cut */
};
RECORD_BYTES(executed, 440);
FIELD_AT(executed, placed, 0); FIELD_AT(executed, length, 176); FIELD_AT(executed, pad, 180);
FIELD_AT(executed, words, 184);

/* The same on every kernel; another kernel lacks what the other architecture has. */
struct nsproxy___count {
	refcount_t count;
} __attribute__((preserve_access_index));
struct mm_struct___words {
	unsigned long arg_start, arg_end;
} __attribute__((preserve_access_index));
struct pt_regs___x86 {
	unsigned long orig_ax, si, dx;
} __attribute__((preserve_access_index));
struct pt_regs___arm64 { /* struct user_pt_regs comes first, unnamed */
	u64 regs[31];
	s32 syscallno;
} __attribute__((preserve_access_index));

static __always_inline void tell_actor(struct actor *actor, u32 kind, struct task_struct *task, u32 flags) {
	actor->at = bpf_ktime_get_ns();
	actor->start = READ(task, start_boottime);
	actor->kind = kind;
	actor->tgid = READ(task, tgid);
	actor->pid = READ(task, pid);
	actor->parent = READ(task, real_parent, tgid);
	actor->euid = READ(task, real_cred, euid.val);
	actor->flags = flags;
	bpf_probe_read_kernel(actor->comm, sizeof actor->comm, &task->comm);
}

static __always_inline struct pid_namespace *pid_namespace_of(struct task_struct *task) {
	struct pid *pid = READ(task, thread_pid);
	struct upid upid = {};
	u32 level = READ(pid, level);
	if (level > 32) return 0;
	bpf_probe_read_kernel(&upid, sizeof upid, (void *)pid + OFFSET(pid, numbers) + level * sizeof upid);
	return upid.ns;
}

static __always_inline void tell_place(struct placed *placed, struct task_struct *task) {
	struct nsproxy *proxy = READ(task, nsproxy);
	struct ns_common *ns;
#define TELL(link, address, type)                                    \
	ns = (void *)((u64)(address) + OFFSET(type, ns));            \
	placed->inums[link] = READ(ns, inum);                        \
	placed->ids[link] = id_of(ns)
	TELL(CGROUP, READ(proxy, cgroup_ns), cgroup_namespace);
	TELL(IPC, READ(proxy, ipc_ns), ipc_namespace);
	TELL(MNT, READ(proxy, mnt_ns), mnt_namespace);
	TELL(NET, READ(proxy, net_ns), net);
	TELL(PID, pid_namespace_of(task), pid_namespace);
	TELL(TIME, READ(proxy, time_ns), time_namespace);
	TELL(USER, READ(task, real_cred, user_ns), user_namespace);
	TELL(UTS, READ(proxy, uts_ns), uts_namespace);
	TELL(PID_FOR_CHILDREN, READ(proxy, pid_ns_for_children), pid_namespace);
	TELL(TIME_FOR_CHILDREN, READ(proxy, time_ns_for_children), time_namespace);
#undef TELL
}

/* proc_pid_cmdline(5): the task is the current one, and its words are in its memory since exec put them there. */
static __always_inline void tell_words(struct executed *executed, struct task_struct *task) {
	struct mm_struct___words *memory = (void *)READ(task, mm);
	u64 start = READ(memory, arg_start), length = READ(memory, arg_end) - start;
	if (length > sizeof executed->words - 1) length = sizeof executed->words - 1;
	length &= sizeof executed->words - 1;
	executed->pad = 0;
	executed->length = bpf_probe_read_user(executed->words, length, (void *)start) < 0 ? 0 : length;
}

static __always_inline void tell_placed(u32 kind, struct task_struct *task, u32 flags, u32 urgent) {
	struct placed *placed = bpf_ringbuf_reserve(&ring, sizeof *placed, 0);
	if (!placed) return count_lost();
	tell_actor(&placed->actor, kind, task, flags);
	tell_place(placed, task);
	bpf_ringbuf_submit(placed, wake_up(urgent));
}

static __always_inline void tell_short(u32 kind, struct task_struct *task, u32 flags, u32 urgent) {
	struct actor *actor = bpf_ringbuf_reserve(&ring, sizeof *actor, 0);
	if (!actor) return count_lost();
	tell_actor(actor, kind, task, flags);
	bpf_ringbuf_submit(actor, wake_up(urgent));
}

static __always_inline u32 is_elsewhere(struct task_struct *task, struct task_struct *other) {
	return READ(task, nsproxy) != READ(other, nsproxy) ||
	       READ(task, real_cred, user_ns) != READ(other, real_cred, user_ns);
}

/* A process, or a thread that is not where its process is. */
SEC("tp_btf/sched_process_fork")
int on_fork(u64 *ctx) {
	struct task_struct *parent = (void *)ctx[0], *task = (void *)ctx[1];
	u32 elsewhere = is_elsewhere(task, parent) || pid_namespace_of(task) != pid_namespace_of(parent);
	if (READ(task, pid) != READ(task, tgid)) {
		struct task_struct *leader = READ(task, group_leader);
		if (!is_elsewhere(task, leader)) return 0;
	}
	tell_placed(FORK, task, elsewhere, elsewhere);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int on_exec(u64 *ctx) {
	struct task_struct *task = (void *)ctx[0];
	struct executed *executed = bpf_ringbuf_reserve(&ring, sizeof *executed, 0);
	if (!executed) {
		count_lost();
		return 0;
	}
	/* A thread that executes takes the number of its leader, which has ended. */
	tell_actor(&executed->placed.actor, EXEC, task, (u32)ctx[1]);
	tell_place(&executed->placed, task);
	tell_words(executed, task);
	bpf_ringbuf_submit(executed, wake_up(0));
	return 0;
}

SEC("tp_btf/sched_process_exit")
int on_exit(u64 *ctx) {
	struct task_struct *task = (void *)ctx[0];
	struct nsproxy *proxy = READ(task, nsproxy);
	u32 users = 0; /* a refcount_t, before 6.7 an atomic_t: both are one int */
	READ_AT(users, (u64)proxy + OFFSET(nsproxy___count, count));
	u32 last = proxy && users <= 1;
	if (READ(task, pid) != READ(task, tgid)) {
		struct task_struct *leader = READ(task, group_leader);
		if (!last && !is_elsewhere(task, leader)) return 0;
	}
	tell_short(EXIT, task, last, last);
	return 0;
}

enum { IS_UNSHARE = 1, IS_SETNS, IS_OPEN_TREE, IS_FSMOUNT, IS_ATTACH };
#define NAMESPACE_FLAG 2 /* OPEN_TREE_NAMESPACE (Linux 7.0), FSMOUNT_NAMESPACE (7.2) */

SEC("tp_btf/sys_exit")
int on_syscall(u64 *ctx) {
	if ((s64)ctx[1] < 0) return 0;
	u32 call = 0;
	u64 flags = 0;
	if (bpf_core_field_exists(struct pt_regs___x86, orig_ax)) {
		struct pt_regs___x86 *regs = (void *)ctx[0];
		u64 number = READ(regs, orig_ax);
		/* mount and move_mount, which put something into a tree of mounts */
		if (number == 165 || number == 429) call = IS_ATTACH;
		else if (number != 272 && number != 308 && number != 428 && number != 432) return 0;
		else call = number == 272 ? IS_UNSHARE : number == 308 ? IS_SETNS : number == 428 ? IS_OPEN_TREE : IS_FSMOUNT;
		flags = call == IS_OPEN_TREE ? READ(regs, dx) : READ(regs, si);
	} else if (bpf_core_field_exists(struct pt_regs___arm64, syscallno)) {
		struct pt_regs___arm64 *regs = (void *)ctx[0];
		s32 number = READ(regs, syscallno);
		if (number == 40 || number == 429) call = IS_ATTACH;
		else if (number != 97 && number != 268 && number != 428 && number != 432) return 0;
		else call = number == 97 ? IS_UNSHARE : number == 268 ? IS_SETNS : number == 428 ? IS_OPEN_TREE : IS_FSMOUNT;
		u64 second = 0, third = 0;
		READ_AT(second, (u64)regs + OFFSET(pt_regs___arm64, regs) + 8);
		READ_AT(third, (u64)regs + OFFSET(pt_regs___arm64, regs) + 16);
		flags = call == IS_OPEN_TREE ? third : second;
	}
	struct task_struct *task = (void *)bpf_get_current_task();
	if (call == IS_UNSHARE)
		tell_placed(UNSHARE, task, 0, 1);
	else if (call == IS_SETNS)
		tell_placed(SETNS, task, 0, 1);
	else if (call == IS_ATTACH)
		tell_short(ATTACH, task, 0, 1);
	else if (call && flags & NAMESPACE_FLAG)
		tell_short(MOUNT, task, 0, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
