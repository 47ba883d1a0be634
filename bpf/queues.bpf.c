/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What waits in the queue of each unix socket of the kernel, whoever or whatever has it: files, at any depth, for a socket
 * that lies in a queue is in the kernel's table as well; connections that were not accepted yet; and what a message keeps
 * of its sender. Sockets have no task here, so all is told but the boot's own namespaces. Linux 6.1 and later.
 *
 * The tables are read without their locks. A node says what leads to it: where that is something else by now the bucket is
 * read again, and some records come twice.
 */
struct search;
static void store_record(struct search *search);
#define WRITE_RECORD(search) store_record(search)
#include "inspect.h"
#include "message-queue.h"
#include "store.h"

STORE(struct record, 1024);

#define BUCKETS 512 /* UNIX_HASH_SIZE, include/net/af_unix.h */
#define BUCKETS_AT_ONCE 16

struct walk {
	struct outcome outcome;
	struct search search; /* of a task that is where the boot was */
	u64 first_net, net;   /* nodes in the list of network namespaces */
	u64 buckets;          /* of `net`; 0: not begun */
	u64 bucket;           /* the next one */
	u64 node, from;       /* the next socket of the bucket before, and the address of what leads to it */
	u64 listens;          /* 1: the queue is of connections */
	u64 again;            /* how often a bucket was begun anew */
	u64 done;
	u64 heads[BUCKETS_AT_ONCE];
};
STATE(struct walk);
#define MAX_AGAIN 1000

static __noinline void store_record(struct search *search) {
	struct walk *walk = find_state(&state);
	struct record *stored = walk ? next_record(&store, &walk->outcome) : 0;
	if (stored) *stored = search->record;
}

/* A socket in the queue that has something in its own. */
static __noinline int tell_inner(struct search *search, struct sock *inner) {
	if (!has_messages(inner)) return 0;
	search->record.kind = LIES_IN;
	search->record.id = (u64)inner;
	search->record.inum = search->record.type = 0;
	store_record(search);
	return 0;
}

static __noinline int visit_file(struct walk *walk) {
	struct search *search = &walk->search;
	struct file *file = next_file(search);
	inspect_all(search, file);
	if (search->record.family == AF_UNIX) tell_inner(search, socket_of(file));
	return 0;
}

/* The socket that sent the message, which lives as long as that waits; of a connection its other end. */
static __noinline int visit_sender(struct search *search, struct sock *sender) {
	u64 net = checked((u64)READ(sender, __sk_common.skc_net.net), OFFSET(net, ns), CLONE_NEWNET);
	u64 pid_ns = checked(pid_ns_of(READ(sender, sk_peer_pid)), OFFSET(pid_namespace, ns), CLONE_NEWPID);
	struct user_namespace *user = READ(sender, sk_peer_cred, user_ns);
	if (net && net != search->net) tell(search, SENDER, net + OFFSET(net, ns), CLONE_NEWNET);
	if (pid_ns && pid_ns != search->pid) tell(search, SENDER, pid_ns + OFFSET(pid_namespace, ns), CLONE_NEWPID);
	if (READ(user, parent)) tell(search, SENDER, (u64)user + OFFSET(user_namespace, ns), CLONE_NEWUSER);
	return 0;
}

static __noinline int visit_message(struct walk *walk) {
	struct search *search = &walk->search;
	struct sk_buff *buffer = next_buffer(search);
	struct pid *pid = 0;
	READ_AT(pid, (u64)buffer + OFFSET(sk_buff, cb) + OFFSET(unix_skb_parms, pid));
	struct sock *sender = READ(buffer, sk);
	u64 pid_ns = checked(pid_ns_of(pid), OFFSET(pid_namespace, ns), CLONE_NEWPID);
	if (pid_ns && pid_ns != search->pid) tell(search, SENDER, pid_ns + OFFSET(pid_namespace, ns), CLONE_NEWPID);
	visit_sender(search, sender);
	if (walk->listens) tell_inner(search, sender);
	return 0;
}

static __noinline int visit_socket(struct walk *walk) {
	struct search *search = &walk->search;
	struct hlist_node node;
	if (READ_AT(node, walk->node) || (u64)node.pprev != walk->from) {
		walk->bucket--;
		walk->node = 0;
		if (++walk->again > MAX_AGAIN) walk->outcome.torn = 1;
		return 0;
	}
	struct sock *sock = (void *)(walk->node - OFFSET(sock, __sk_common.skc_node));
	walk->from = walk->node;
	walk->node = (u64)node.next;
	if (!enter_queue(search, sock)) {
		search->buffer = search->head;
		return 0;
	}
	search->record.sock = (u64)sock;
	search->record.socket_inode = READ(sock, sk_socket, file, f_inode, i_ino);
	walk->listens = READ(sock, __sk_common.skc_state) == TCP_LISTEN;
	return 0;
}

/* The next bucket that is not empty; of several, which are mostly empty, at once. */
static __noinline int find_bucket(struct walk *walk) {
	u64 address = walk->buckets + walk->bucket * sizeof(u64), heads = 0;
	if (walk->bucket % BUCKETS_AT_ONCE == 0) {
		READ_AT(walk->heads, address);
		for (u32 i = 0; i < BUCKETS_AT_ONCE; i++) heads |= walk->heads[i];
		if (!heads) {
			walk->bucket += BUCKETS_AT_ONCE;
			return 0;
		}
	}
	walk->bucket++;
	READ_AT(walk->node, address);
	walk->from = address;
	return 0;
}

/* 1: all have been visited. */
static __noinline int next_net(struct walk *walk) {
	struct net *net = (void *)(walk->net - OFFSET(net, list));
	if (walk->buckets) {
		READ_AT(walk->net, walk->net);
		if (walk->net == walk->first_net) return walk->done = 1;
		net = (void *)(walk->net - OFFSET(net, list));
	}
	/* The list's head lies in no network namespace. */
	u64 whole = checked((u64)net, OFFSET(net, ns), CLONE_NEWNET);
	walk->buckets = whole ? (u64)READ(net, unx.table.buckets) : 1;
	walk->bucket = walk->buckets > 1 ? 0 : BUCKETS;
	return 0;
}

static int step(u32 turn, void *context) {
	struct walk *walk = *(struct walk **)context;
	struct search *search = &walk->search;
	if (search->next < search->count)
		visit_file(walk);
	else if (search->buffer != search->head)
		visit_message(walk);
	else if (walk->node)
		visit_socket(walk);
	else if (walk->bucket < BUCKETS)
		find_bucket(walk);
	else if (next_net(walk))
		return 1;
	return walk->outcome.torn != 0;
}

static __always_inline void walk_sockets(struct walk *walk) {
	__builtin_memset(walk, 0, sizeof *walk);
	walk->outcome.torn = 1;
	if (!bpf_core_type_exists(struct unix_sock)) return;
	begin_search(&walk->search, find_init_task());
	walk->search.record.held_by = IN_FLIGHT;
	walk->net = walk->first_net = walk->search.net + OFFSET(net, list);
	walk->bucket = BUCKETS;
	walk->outcome.torn = 0;
	bpf_loop(1 << 23, step, &walk, 0);
	if (!walk->done) walk->outcome.torn = 1;
}

RUN(queues, struct walk, walk_sockets)

char LICENSE[] SEC("license") = "Dual MIT/GPL";
