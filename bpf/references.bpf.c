/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Every descriptor of a file that keeps a reference of a uts, ipc, mnt, net, time or cgroup namespace, that of its own
 * task as well; files.bpf.c has only those of other namespaces. What is in no descriptor table is left out. Linux
 * 6.18 and later.
 */
#include "kernel.h"
#include "layout.h"
#include "namespace.h"
#include "packet-queue.h"
#include "reader.h"
#include "shown.h"

#define SOCK_STREAM 1 /* include/linux/net.h */
#define SOCK_SEQPACKET 5
#define TCP_CLOSE 7 /* include/net/tcp_states.h: the states of all types of sockets */
#define TCP_LISTEN 10
struct sock___type {
	u16 sk_type;
} __attribute__((preserve_access_index));

enum kind {
	NSFS = 1,        /* the object is the inode: it has one reference, however many files and mounts there are of it */
	SOCKET = 2,      /* of any kind, that of a tun or tap queue among them */
	PROCFS = 3,      /* shown.h; here and below the object is the file */
	CGROUPFS = 4,
	CONTEXT = 5,
};

struct record {
	u64 id;           /* the namespace's 64-bit id */
	u64 object, file; /* opaque: addresses of what has the reference, and of the open file */
	u64 table;        /* opaque: the descriptor table, which processes may share */
	u64 peer;         /* opaque: of a unix socket the one that it keeps as its peer */
	u32 kind;
	u32 references; /* of the file, that of this reading not counted */
	u32 tgid, pid;
	u32 fd;
	u32 keepers; /* of a socket: what else keeps it; of a unix socket those that have it as their peer among them */
};
RECORD_BYTES(record, 64);
FIELD_AT(record, id, 0); FIELD_AT(record, object, 8); FIELD_AT(record, file, 16); FIELD_AT(record, table, 24);
FIELD_AT(record, peer, 32); FIELD_AT(record, kind, 40); FIELD_AT(record, references, 44);
FIELD_AT(record, tgid, 48); FIELD_AT(record, pid, 52); FIELD_AT(record, fd, 56);
FIELD_AT(record, keepers, 60);

struct search {
	struct record record;
	struct seq_file *seq; /* last: all before it is forgotten */
};

static __noinline int tell(struct search *search, u32 kind, u64 object, u64 ns) {
	struct record *record = &search->record;
	record->kind = kind;
	record->object = object;
	record->id = id_of((void *)ns);
	bpf_seq_write(search->seq, record, sizeof *record);
	FORGET_BEFORE(search, seq);
	return 0;
}

/*
 * Sockets of the kernel's own do not keep their network namespace. Skeletons know no bit fields: skc_net_refcnt is the
 * seventh bit of the byte after skc_state, since Linux 4.2 (include/net/sock.h); machines of the other byte order have
 * no skeletons.
 */
#define NET_REFCNT 0x40
static __always_inline int keeps_net(struct sock *sock) {
	u8 bits = 0;
	READ_AT(bits, (u64)sock + OFFSET(sock, __sk_common.skc_state) + 1);
	return (bits & NET_REFCNT) != 0;
}

/*
 * A unix socket that was closed lives on while others have it as their peer, or what it sent lies in a queue: in another
 * network namespace as well. It has two references of its own, that of its file and that of the table of all.
 */
static __always_inline void find_keepers(struct record *record, struct sock *sock) {
	record->keepers = 1;
	if (!bpf_core_type_exists(struct unix_sock)) return;
	struct unix_sock *unix_sock = (void *)sock;
	record->peer = (u64)READ(unix_sock, peer);
	u32 references = READ(sock, __sk_common.skc_refcnt.refs.counter);
	record->keepers = references > 2 ? references - 2 : 0;
	if (READ(sock, sk_wmem_alloc.refs.counter) > 1) record->keepers++;
}

/*
 * Any other socket lives on for what it has sent and the other end has not taken, and a connection without that too, until
 * the other end has agreed to its end: where it does not read, for ever.
 */
static __always_inline u32 may_linger(struct sock *sock) {
	u32 type = READ((struct sock___type *)sock, sk_type), state = READ(sock, __sk_common.skc_state);
	if (READ(sock, sk_wmem_alloc.refs.counter) > 1) return 1;
	return (type == SOCK_STREAM || type == SOCK_SEQPACKET) && state != TCP_CLOSE && state != TCP_LISTEN;
}

static __noinline int inspect_socket(struct search *search, struct file *file) {
	struct inode *inode = READ(file, f_inode);
	u64 magic = READ(inode, i_sb, s_magic), private = (u64)READ(file, private_data);
	struct socket *socket = (void *)private;
	struct sock *sock = 0;
	if (magic == SOCKFS_MAGIC)
		sock = READ(socket, sk);
	else if (is_socket_device(file, private))
		sock = (void *)private;
	u64 net = (u64)READ(sock, __sk_common.skc_net.net);
	search->record.peer = 0;
	if (READ(sock, __sk_common.skc_family) == AF_UNIX)
		find_keepers(&search->record, sock);
	else
		search->record.keepers = may_linger(sock);
	if (net && keeps_net(sock)) tell(search, SOCKET, (u64)sock, net + OFFSET(net, ns));
	return 0;
}

static __noinline int inspect_shown(struct search *search, struct file *file) {
	struct shown shown;
	u32 kind = find_shown(&shown, file) ? CONTEXT : PROCFS;
	u64 object = (u64)file;
	if (shown.mnt) tell(search, kind, object, shown.mnt + OFFSET(mnt_namespace, ns));
	if (shown.net) tell(search, kind, object, shown.net + OFFSET(net, ns));
	if (shown.ipc) tell(search, kind, object, shown.ipc + OFFSET(ipc_namespace, ns));
	if (shown.cgroup) tell(search, kind == PROCFS ? CGROUPFS : kind, object, shown.cgroup + OFFSET(cgroup_namespace, ns));
	return 0;
}

SEC("iter/task_file")
int references(struct bpf_iter__task_file *ctx) {
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	if (!task || !file) return 0;
	struct inode *inode = file->f_inode;
	if (!inode) return 0;
	u64 magic = inode->i_sb->s_magic;
	u32 is_device = (inode->i_mode & S_IFMT) == S_IFCHR;
	if (magic != NSFS_MAGIC && magic != SOCKFS_MAGIC && magic != PROC_SUPER_MAGIC && magic != ANON_INODE_FS_MAGIC &&
	    !is_cgroupfs(magic) && !is_device)
		return 0;
	struct search search = {};
	FORGET_BEFORE(&search, seq);
	search.seq = ctx->meta->seq;
	u32 level = reader_level();
	search.record.file = (u64)file;
	search.record.table = (u64)READ(task, files);
	/* The iterator has one, and the kernel counts from zero. */
	search.record.references = READ((struct file___613 *)file, f_ref.refcnt.counter);
	search.record.tgid = tgid_of(task, level);
	search.record.pid = tid_of(task, level);
	search.record.fd = ctx->fd;
	search.record.peer = search.record.keepers = 0;
	if (magic == NSFS_MAGIC)
		tell(&search, NSFS, (u64)inode, (u64)READ(inode, i_private));
	else if (magic == SOCKFS_MAGIC || is_device)
		inspect_socket(&search, file);
	else
		inspect_shown(&search, file);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
