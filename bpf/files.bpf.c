/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Open files that hold a namespace, of every process in the reader's pid namespace; and files that wait in the queue of
 * a unix socket (SCM_RIGHTS), which are in no descriptor table at all.
 */
#include "inspect.h"
#include "message-queue.h"

/* Queues in queues are walked by queues.bpf.c: one that has nothing holds nothing. */
static __noinline int look_deeper(struct search *search, struct file *file) {
	if (search->record.family == AF_UNIX && has_messages(socket_of(file))) search->deeper = 1;
	return 0;
}

/* One step in a queue: one file of the present buffer, or on to the next buffer. */
static int step(u32 turn, void *context) {
	struct search *search = context;
	int done = search->written >= MAX_RECORDS;
	if (!done && search->next < search->count) {
		struct file *file = next_file(search);
		inspect_all(search, file);
		look_deeper(search, file);
	} else if (!done) {
		done = !next_buffer(search);
	}
	FORGET_BEFORE(search, seq);
	return done;
}

/* One watch. Without the group's lock one may be taken off the list, and lead to itself then, or be freed. */
static int visit_watch(u32 turn, void *context) {
	struct search *search = context;
	u64 node = search->buffer, next = 0;
	if (node == search->head || search->written >= MAX_RECORDS) return 1;
	struct fsnotify_mark *mark = (void *)(node - OFFSET(fsnotify_mark, g_list));
	struct inode *inode = watched_inode(mark);
	struct proc_inode *entry = (void *)inode - OFFSET(proc_inode, vfs_inode);
	u64 magic = READ(inode, i_sb, s_magic), namespace = 0;
	READ_AT(next, node);
	search->buffer = next == node ? 0 : next;
	if (magic == NSFS_MAGIC) {
		namespace = (u64)READ(inode, i_private);
	} else if (magic == PROC_SUPER_MAGIC) {
		u64 pid_ns = pid_ns_of(READ(entry, pid));
		if (pid_ns && pid_ns != search->pid) namespace = pid_ns + OFFSET(pid_namespace, ns);
	}
	if (namespace) tell(search, WATCH, namespace, 0);
	int done = !search->buffer;
	FORGET_BEFORE(search, seq);
	return done;
}

SEC("iter/task_file")
int files(struct bpf_iter__task_file *ctx) {
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	if (!task || !file || is_plain(task, file)) return 0;
	struct search search = {};
	FORGET_BEFORE(&search, seq);
	search.seq = ctx->meta->seq;
	if (!begin_search(&search, task)) return 0;
	search.record.fd = ctx->fd;
	inspect_all(&search, file);
	struct fsnotify_group *group = (void *)search.group;
	if (group && bpf_core_type_exists(struct fsnotify_mark)) {
		search.head = search.group + OFFSET(fsnotify_group, marks_list);
		search.buffer = (u64)READ(group, marks_list.next);
		FORGET_BEFORE(&search, seq);
		bpf_loop(1 << 23, visit_watch, &search, 0);
		if (search.buffer != search.head) tell(&search, CUT, 0, 1);
		return 0;
	}
	if (search.record.family != AF_UNIX) return 0;

	if (!enter_queue(&search, (struct sock *)search.sock)) return 0;
	search.record.held_by = IN_FLIGHT;
	search.record.sock = search.sock;
	tell(&search, QUEUE, 0, 1);
	FORGET_BEFORE(&search, seq);
	bpf_loop(1 << 18, step, &search, 0);
	if (search.written >= MAX_RECORDS || search.deeper) tell(&search, CUT, 0, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
