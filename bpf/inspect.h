/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Which namespaces a file holds, whatever leads to it: a descriptor, a queue, a mapping. */
#ifndef NSCOPE_INSPECT_H
#define NSCOPE_INSPECT_H
#include "packet-queue.h"
#include "search.h"
#include "shown.h"
#include "watches.h"

/* What a file leads to: one of these. */
struct found {
	struct sock *sock;
	struct pid *pid, *peer;
	struct cred *peer_cred;
	u64 pid_ns;
	u64 kind;
	u64 group;
};

/* What a file is, as far as its inode and its own members tell; the rest is looked at by the kind. */
static __noinline int inspect(struct search *search, struct file *file) {
	struct record *record = &search->record;
	struct inode *inode = READ(file, f_inode);
	u64 private = (u64)READ(file, private_data);
	struct dentry *dentry = READ(file, f_path.dentry);
	struct cred *cred = READ(file, f_cred);
	struct super_block *sb = READ(inode, i_sb);
	u64 magic = READ(sb, s_magic), inode_private = (u64)READ(inode, i_private);
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
		if (record->held_by != IN_FLIGHT) record->socket_inode = READ(inode, i_ino);
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
	} else if ((READ(inode, i_mode) & S_IFMT) == S_IFCHR && is_socket_device(file, private)) {
		found.sock = (void *)private;
		found.kind = TUN;
	} else if (magic == NSFS_MAGIC) {
		found.kind = NSFS;
	}
	if (record->held_by != IN_FLIGHT) {
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

/* The process to which signals of the file go, or its group: F_SETOWN, F_SETLEASE, FIOSETOWN. */
static __always_inline struct pid *signalled_by(struct file *file) {
	if (bpf_core_field_exists(struct file___611, f_owner.pid)) return READ((struct file___611 *)file, f_owner.pid);
	return READ((struct file___612 *)file, f_owner, pid);
}

/* The other end of a unix socket. It keeps its network namespace also after it was closed. */
static __always_inline struct sock *peer_of(struct sock *sock) {
	if (!bpf_core_type_exists(struct unix_sock)) return 0;
	return READ((struct unix_sock *)sock, peer);
}

/* What the file keeps by its signals and by a closed peer: apart from the above for the same reason. */
static __noinline int inspect_others(struct search *search, struct file *file) {
	u64 pid_ns = pid_ns_of(signalled_by(file));
	if (pid_ns && pid_ns != search->pid) tell(search, SIGNALS, pid_ns + OFFSET(pid_namespace, ns), CLONE_NEWPID);
	if (search->record.family != AF_UNIX) return 0;
	struct socket *socket = READ(file, private_data);
	struct sock *sock = READ(socket, sk), *peer = peer_of(sock);
	u64 net = (u64)READ(peer, __sk_common.skc_net.net);
	if (net && net != search->net && net != (u64)READ(sock, __sk_common.skc_net.net) && !READ(peer, sk_socket))
		tell(search, SOCKET, net + OFFSET(net, ns), CLONE_NEWNET);
	return 0;
}

static __always_inline void inspect_all(struct search *search, struct file *file) {
	inspect(search, file);
	inspect_shown(search, file);
	inspect_others(search, file);
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
	if (READ(signalled_by(file), level)) return 0;
	if (magic == SOCKFS_MAGIC) {
		struct socket *socket = (void *)private;
		struct sock *sock = READ(socket, sk);
		if (READ(sock, __sk_common.skc_net.net) != READ(task, nsproxy, net_ns)) return 0;
		if (READ(sock, __sk_common.skc_family) != AF_UNIX) return 1;
		if ((u64)READ(sock, sk_receive_queue.next) != (u64)sock + OFFSET(sock, sk_receive_queue)) return 0;
		struct sock *other = peer_of(sock);
		if (other && READ(other, __sk_common.skc_net.net) != READ(task, nsproxy, net_ns)) return 0;
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
	       !((inode->i_mode & S_IFMT) == S_IFCHR && private && is_socket_device(file, private));
}

#endif
