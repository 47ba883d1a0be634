/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Descriptors that keep a mount or a block device, of every process in the reader's pid namespace: open files, directories
 * and those of O_PATH; unix sockets that are bound to a name on the mount, and what waits in their queues (SCM_RIGHTS).
 */
#include "mount-use.h"
#define SCM_MAX_FD 253 /* include/net/scm.h */
#include "message-queue.h"

struct unix_sock___path {
	struct path path;
} __attribute__((preserve_access_index));

#define MAX_LOOKED_AT 32
/* Whether files were sent along to a socket, or may have been: of a long queue not all is looked at. */
static __noinline int may_have_files(struct sock *sock) {
	struct sk_buff *buffer = READ(sock, sk_receive_queue.next);
	for (u32 i = 0; i < MAX_LOOKED_AT; i++) {
		u64 list = 0;
		if (!buffer || (u64)buffer == (u64)sock + OFFSET(sock, sk_receive_queue)) return 0;
		READ_AT(list, (u64)buffer + OFFSET(sk_buff, cb) + OFFSET(unix_skb_parms, fp));
		if (list) return 1;
		buffer = READ(buffer, next);
	}
	return 1;
}

/* A file in the queue that is a socket with a queue of its own. */
static __noinline int tell_nested(struct search *search, struct file *file) {
	if (READ(file, f_inode, i_sb, s_magic) != SOCKFS_MAGIC) return 0;
	struct sock *inner = socket_of(file);
	return READ(inner, __sk_common.skc_family) == AF_UNIX && may_have_files(inner) && tell(search, NESTED);
}

/* A connection that was not accepted yet: it has no socket, and what was sent on it waits. */
static __noinline int tell_embryo(struct search *search, struct sk_buff *buffer) {
	struct sock *sender = READ(buffer, sk);
	return sender && !READ(sender, sk_socket) && may_have_files(sender) && tell(search, NESTED);
}

/* One step in a queue: one file of the present buffer, or on to the next buffer. */
static int step(u32 turn, void *context) {
	struct search *search = context;
	int done = search->written >= MAX_RECORDS;
	if (!done && search->next < search->count) {
		struct file *file = next_file(search);
		inspect(search, READ(file, f_path.mnt), READ(file, f_inode), QUEUED);
		tell_nested(search, file);
	} else if (!done) {
		struct sk_buff *buffer = next_buffer(search);
		if (buffer) tell_embryo(search, buffer);
		done = !buffer;
	}
	FORGET_BEFORE(search, seq);
	return done;
}

static __noinline int inspect_socket(struct search *search, struct file *file) {
	struct inode *inode = READ(file, f_inode);
	struct sock *sock = socket_of(file);
	if (READ(sock, __sk_common.skc_family) != AF_UNIX || !bpf_core_type_exists(struct unix_sock___path)) return 0;
	struct unix_sock___path *bound = (void *)sock;
	inspect(search, READ(bound, path.mnt), inode, BOUND);
	return has_messages(sock) && enter_queue(search, sock);
}

SEC("iter/task_file")
int mount_files(struct bpf_iter__task_file *ctx) {
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	if (!task || !file) return 0;
	struct inode *inode = file->f_inode;
	if (!inode) return 0;
	u64 magic = inode->i_sb->s_magic;
	u32 type = inode->i_mode & S_IFMT;
	struct search search = {};
	if (!begin_search(&search, task, ctx->meta->seq)) return 0;
	search.record.fd = ctx->fd;
	search.record.is_path = (READ((struct file___mode *)file, f_mode) & FMODE_PATH) != 0;
	inspect(&search, READ(file, f_path.mnt), inode, DESCRIPTOR);
	/* O_PATH leads to its name and does not open it. */
	if (type == S_IFBLK && !search.record.is_path) {
		search.record.device = READ(inode, i_rdev);
		search.record.inode = READ(inode, i_ino);
		if (is_wanted(search.wanted, search.record.device)) tell(&search, DEVICE);
	}
	if (magic != SOCKFS_MAGIC || !inspect_socket(&search, file)) return 0;
	FORGET_BEFORE(&search, seq);
	bpf_loop(1 << 18, step, &search, 0);
	if (search.written >= MAX_RECORDS) tell(&search, CUT);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
