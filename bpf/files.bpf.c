/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Open files that hold a namespace, of every process in the reader's pid namespace; and files that wait in the queue of
 * a unix socket (SCM_RIGHTS), which are in no descriptor table at all.
 */
#include "inspect.h"

/* Queues in queues are not walked: one that has nothing holds nothing. */
static __noinline int look_deeper(struct search *search, struct file *file) {
	struct socket *socket = READ(file, private_data);
	struct sock *sock = READ(socket, sk);
	u64 head = (u64)sock + OFFSET(sock, sk_receive_queue), first = (u64)READ(sock, sk_receive_queue.next);
	if (search->record.family == AF_UNIX && first && first != head) search->deeper = 1;
	return 0;
}

/* One step in a queue: one file of the present buffer, or on to the next buffer. */
static __always_inline int advance(struct search *search) {
	if (search->written >= MAX_RECORDS) return 1;
	if (search->next < search->count) {
		struct file *file = 0;
		READ_AT(file, search->files + search->next * sizeof file);
		search->next++;
		inspect(search, file);
		inspect_shown(search, file);
		look_deeper(search, file);
		return 0;
	}
	if (!search->buffer || search->buffer == search->head) return 1;
	u64 list = 0;
	struct sk_buff *buffer = (void *)search->buffer;
	READ_AT(list, search->buffer + OFFSET(sk_buff, cb) + OFFSET(unix_skb_parms, fp));
	struct scm_fp_list *passed = (void *)list;
	search->files = list + OFFSET(scm_fp_list, fp);
	search->next = 0;
	u16 count = READ(passed, count);
	/* The queue is read without its lock: a buffer may be freed and used anew meanwhile. */
	search->count = count <= SCM_MAX_FD ? count : 0;
	search->buffer = (u64)READ(buffer, next);
	return 0;
}

static int step(u32 turn, void *context) {
	struct search *search = context;
	int done = advance(search);
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
	inspect(&search, file);
	inspect_shown(&search, file);
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

	struct sock *sock = (void *)search.sock;
	search.record.held_by = IN_FLIGHT;
	search.head = (u64)sock + OFFSET(sock, sk_receive_queue);
	search.buffer = (u64)READ(sock, sk_receive_queue.next);
	if (!search.buffer || search.buffer == search.head) return 0;
	search.next = search.count = 0;
	FORGET_BEFORE(&search, seq);
	bpf_loop(1 << 18, step, &search, 0);
	if (search.written >= MAX_RECORDS || search.deeper) tell(&search, CUT, 0, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
