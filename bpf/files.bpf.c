/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Open files that hold a namespace, of every process in the reader's pid namespace; and files that wait in the queue of
 * a unix socket (SCM_RIGHTS), which are in no descriptor table at all.
 */
#include "kernel.h"
#include "namespace.h"
#include "process.h"
#include "reader.h"
#include "shown.h"
#include "watches.h"

enum kind {
	NSFS = 1,        /* the namespace itself */
	SOCKET = 2,      /* a socket of another network namespace than its task's */
	CREDENTIALS = 3, /* opened in another user namespace than its task's, and not in the initial one */
	TUN = 4,         /* a tun or tap queue of another network namespace than its task's */
	PIDFD = 5,       /* of a process in another pid namespace than its task's */
	PROCFS = 6,      /* on a procfs of another pid namespace than its task's */
	PROC_ENTRY = 8,  /* in the /proc directory of a process in another pid namespace than its task's */
	PEER = 9,        /* a unix socket: what SO_PEERCRED tells of the other end is in another pid or user namespace */
	SHOWN = 10,      /* of procfs, and keeps what it shows: shown.h; not its task's own */
	CGROUP = 11,     /* of cgroupfs, opened in another cgroup namespace than its task's */
	WATCH = 12,      /* watches the namespace, or /proc/PID of a process in another pid namespace than its task's */
	PERF = 13,       /* a perf event, made in another pid namespace than its task's */
	CONTEXT = 14,    /* a file system context of another namespace than its task's: shown.h */
	CUT = 7,         /* no namespace: this socket's queue, or without a socket these watches, were not all read */
};

struct record {
	u64 id;           /* the namespace's 64-bit id, 0 before 6.18 */
	u64 socket_inode; /* of the socket, or of the one in whose queue the file is */
	u32 kind;
	u32 type, inum; /* CLONE_NEW* and inode number of the namespace */
	u32 tgid, pid;
	u32 fd;        /* the descriptor, or that of the socket in whose queue the file is */
	u32 in_flight; /* 1: in the queue */
	u32 family;    /* of the socket: AF_* */
	u32 target;    /* PIDFD, PROC_ENTRY: the PID in the reader's pid namespace, 0: none there, or it is gone */
	u32 pad;
};
#define MOST_RECORDS 560 /* of one descriptor */
_Static_assert((MOST_RECORDS + 5) * sizeof(struct record) < SHOW_BYTES, "all records of one descriptor must fit");

#define AF_UNIX 1
#define SCM_MAX_FD 253 /* include/net/scm.h */
#define TUN_DEVICE ((10 << 20) | 200) /* misc device 200: include/linux/miscdevice.h */
#define PIDFD_NAME 0x005d64666469705bull /* "[pidfd]" */
#define PERF_NAME 0x76655f667265705bull /* "[perf_event]" */

struct search {
	u64 user, net, pid, mnt, ipc, cgroup; /* the task's own */
	u64 sock;           /* behind the descriptor, if it is a socket */
	u64 group;          /* behind the descriptor, if it watches */
	u64 buffer, head;   /* in the queue, or among the watches: where the walk stands, and where it ends */
	u64 files, next, count;
	u64 written;
	u32 level; /* of the reader's pid namespace */
	u32 pad;
	struct record record;
	struct seq_file *seq; /* last: all before it is forgotten */
};

/* What a file leads to: one of these. */
struct found {
	struct sock *sock;
	struct pid *pid, *peer;
	struct cred *peer_cred;
	u64 pid_ns;
	u64 kind;
	u64 group;
};

static __noinline int tell(struct search *search, u32 kind, u64 namespace, u32 type) {
	struct record *record = &search->record;
	struct ns_common *ns = (void *)namespace;
	record->kind = kind;
	record->inum = READ(ns, inum);
	record->type = type ? type : type_of(ns);
	record->id = id_of(ns);
	bpf_seq_write(search->seq, record, sizeof *record);
	search->written++;
	FORGET_BEFORE(search, seq);
	return 0;
}

/* What a file is, as far as its inode and its own members tell; the rest is looked at by the kind. */
static __noinline int inspect(struct search *search, struct file *file) {
	struct record *record = &search->record;
	struct inode *inode = READ(file, f_inode);
	u64 private = (u64)READ(file, private_data);
	struct dentry *dentry = READ(file, f_path.dentry);
	struct cred *cred = READ(file, f_cred);
	struct super_block *sb = READ(inode, i_sb);
	u64 magic = READ(sb, s_magic), inode_private = (u64)READ(inode, i_private);
	u32 device = READ(inode, i_rdev);
	u64 user = (u64)READ(cred, user_ns);
	struct found found = {};
	record->family = 0;
	if (magic == SOCKFS_MAGIC) {
		struct socket *socket = (void *)private;
		struct sock *sock = READ(socket, sk);
		record->family = READ(sock, __sk_common.skc_family);
		found.sock = sock;
		if (record->family == AF_UNIX) {
			found.peer = READ(sock, sk_peer_pid);
			found.peer_cred = READ(sock, sk_peer_cred);
		}
		if (!record->in_flight) record->socket_inode = READ(inode, i_ino);
		found.kind = SOCKET;
	} else if (magic == PROC_SUPER_MAGIC) {
		struct proc_fs_info *info = READ(sb, s_fs_info);
		found.pid_ns = (u64)READ(info, pid_ns);
		found.pid = process_of(dentry);
		found.kind = PROCFS;
	} else if (magic == PID_FS_MAGIC) { /* from 6.9 */
		found.pid = (void *)inode_private;
		found.kind = PIDFD;
	} else if (magic == ANON_INODE_FS_MAGIC) {
		u64 name = 0;
		READ_AT(name, READ(dentry, d_name.name));
		if (name == PIDFD_NAME) found.pid = (void *)private;
		if (is_watcher(name)) found.group = private;
		found.kind = PIDFD;
		if (name == PERF_NAME && bpf_core_type_exists(struct perf_event)) {
			struct perf_event *event = (void *)private;
			found.pid_ns = (u64)READ(event, ns);
			found.kind = PERF;
		}
	} else if (device == TUN_DEVICE && bpf_core_type_exists(struct tun_file)) {
		found.sock = (void *)(private + OFFSET(tun_file, sk));
		found.kind = TUN;
	} else if (magic == NSFS_MAGIC) {
		found.kind = NSFS;
	}
	if (!record->in_flight) {
		search->sock = (u64)found.sock;
		search->group = found.group;
	}
	FORGET(found);
	FORGET_BEFORE(search, seq);
	/* The initial user namespace has no parent. It never ends, and half the files of every container were opened in it. */
	struct user_namespace *opener = (void *)user;
	if (user != search->user && READ(opener, parent))
		tell(search, CREDENTIALS, user + OFFSET(user_namespace, ns), CLONE_NEWUSER);
	if (!found.kind) return 0;
	/* What is NULL reads as zeros. */
	struct sock *sock = found.sock;
	struct pid *pid = found.pid;
	struct cred *peer_cred = found.peer_cred;
	struct user_namespace *peer_user = READ(peer_cred, user_ns);
	u64 peer = pid_ns_of(found.peer), pid_ns = pid_ns_of(pid);
	record->target = pid_at(pid, search->level);
	u64 net = (u64)READ(sock, __sk_common.skc_net.net);
	if ((u64)peer_user != search->user && READ(peer_user, parent))
		tell(search, PEER, (u64)peer_user + OFFSET(user_namespace, ns), CLONE_NEWUSER);
	if (found.kind == NSFS)
		tell(search, NSFS, inode_private, 0);
	else if (net && net != search->net)
		tell(search, found.kind, net + OFFSET(net, ns), CLONE_NEWNET);
	if (found.pid_ns && found.pid_ns != search->pid)
		tell(search, found.kind, found.pid_ns + OFFSET(pid_namespace, ns), CLONE_NEWPID);
	if (pid_ns && pid_ns != search->pid && pid_ns != found.pid_ns)
		tell(search, found.kind == PIDFD ? PIDFD : PROC_ENTRY, pid_ns + OFFSET(pid_namespace, ns), CLONE_NEWPID);
	else if (peer && peer != search->pid)
		tell(search, PEER, peer + OFFSET(pid_namespace, ns), CLONE_NEWPID);
	return 0;
}

/* What the file shows and keeps, if it is of those. Apart from the above, for all that is called shares one small stack. */
static __noinline int inspect_shown(struct search *search, struct file *file) {
	struct shown shown;
	u32 kind = find_shown(&shown, file) ? CONTEXT : SHOWN;
#define TELL_SHOWN(kind, structure, member) \
	if (shown.member && shown.member != search->member) tell(search, kind, shown.member + OFFSET(structure, ns), 0)
	TELL_SHOWN(kind, mnt_namespace, mnt);
	TELL_SHOWN(kind, net, net);
	TELL_SHOWN(kind, ipc_namespace, ipc);
	TELL_SHOWN(kind, pid_namespace, pid);
	TELL_SHOWN(kind, user_namespace, user);
	TELL_SHOWN(kind == SHOWN ? CGROUP : kind, cgroup_namespace, cgroup);
#undef TELL_SHOWN
	return 0;
}

/* One step in a queue: one file of the present buffer, or on to the next buffer. */
static __always_inline int advance(struct search *search) {
	if (search->written >= MOST_RECORDS) return 1;
	if (search->next < search->count) {
		struct file *file = 0;
		READ_AT(file, search->files + search->next * sizeof file);
		search->next++;
		inspect(search, file);
		inspect_shown(search, file);
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
	if (node == search->head || search->written >= MOST_RECORDS) return 1;
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

/*
 * Whether a file surely holds no namespace but its task's own: nearly every file, so this is what a reading costs. The
 * inode is reached by plain loads, which cost nothing here; see tasks.bpf.c on what they cost the verifier.
 */
static __always_inline int is_plain(struct task_struct *task, struct file *file) {
	struct inode *inode = file->f_inode;
	if (!inode) return 1;
	u64 magic = inode->i_sb->s_magic, private = (u64)file->private_data;
	struct cred *cred = READ(file, f_cred), *own = READ(task, real_cred);
	if (cred != own && READ(cred, user_ns) != READ(own, user_ns)) return 0;
	if (magic == SOCKFS_MAGIC) {
		struct socket *socket = (void *)private;
		struct sock *sock = READ(socket, sk);
		if (READ(sock, __sk_common.skc_net.net) != READ(task, nsproxy, net_ns)) return 0;
		if (READ(sock, __sk_common.skc_family) != AF_UNIX) return 1;
		if ((u64)READ(sock, sk_receive_queue.next) != (u64)sock + OFFSET(sock, sk_receive_queue)) return 0;
		struct pid *peer = READ(sock, sk_peer_pid);
		struct cred *peer_cred = READ(sock, sk_peer_cred);
		/* A peer of the initial pid and user namespaces holds nothing that could end. */
		return !READ(peer, level) && (!peer_cred || peer_cred == own || !READ(peer_cred, user_ns, parent));
	}
	if (magic == ANON_INODE_FS_MAGIC) {
		u64 name = 0;
		READ_AT(name, READ(file, f_path.dentry, d_name.name));
		return name != PIDFD_NAME && name != PERF_NAME && name != FS_CONTEXT_NAME && !is_watcher(name);
	}
	return magic != NSFS_MAGIC && magic != PROC_SUPER_MAGIC && magic != PID_FS_MAGIC && !is_cgroupfs(magic) &&
	       inode->i_rdev != TUN_DEVICE;
}

SEC("iter/task_file")
int files(struct bpf_iter__task_file *ctx) {
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	if (!task || !file || is_plain(task, file)) return 0;
	struct search search = {};
	FORGET_BEFORE(&search, seq);
	search.seq = ctx->meta->seq;
	search.user = (u64)READ(task, real_cred, user_ns);
	struct nsproxy *nsproxy = READ(task, nsproxy);
	search.net = (u64)READ(nsproxy, net_ns);
	search.mnt = (u64)READ(nsproxy, mnt_ns);
	search.ipc = (u64)READ(nsproxy, ipc_ns);
	search.cgroup = (u64)READ(nsproxy, cgroup_ns);
	struct pid *pid = READ(task, thread_pid);
	u32 level = READ(pid, level);
	search.pid = pid_ns_of(pid);
	/* A task of the initial pid namespace is seen from there alone. */
	search.level = level ? reader_level() : 0;
	/* Without a network or pid namespace the task is ending, and its files are being closed. */
	if (!search.net || !search.pid) return 0;
	search.record.tgid = tgid_of(task, search.level);
	search.record.pid = tid_of(task, search.level);
	search.record.fd = ctx->fd;
	search.record.in_flight = 0;
	search.record.socket_inode = 0;
	search.written = 0;
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
	search.record.in_flight = 1;
	search.head = (u64)sock + OFFSET(sock, sk_receive_queue);
	search.buffer = (u64)READ(sock, sk_receive_queue.next);
	if (!search.buffer || search.buffer == search.head) return 0;
	search.next = search.count = 0;
	FORGET_BEFORE(&search, seq);
	bpf_loop(1 << 18, step, &search, 0);
	if (search.written >= MOST_RECORDS) tell(&search, CUT, 0, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
