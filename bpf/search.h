/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The record of a namespace that a task holds by something other than being in it, and what a search of one task knows.
 * The iterators over files, mappings and paths share it, and the walk of queues.
 */
#ifndef NSCOPE_SEARCH_H
#define NSCOPE_SEARCH_H
#include "kernel.h"
#include "layout.h"
#include "namespace.h"
#include "process.h"
#include "reader.h"

enum kind {
	NSFS = 1,        /* the namespace itself */
	SOCKET = 2,      /* a socket of another network namespace than its task's */
	CREDENTIALS = 3, /* opened in another user namespace than its task's, and not in the initial one */
	TUN = 4,         /* a tun, tap or macvtap queue of another network namespace than its task's */
	PIDFD = 5,       /* of a process in another pid namespace than its task's */
	PROCFS = 6,      /* on a procfs of another pid namespace than its task's */
	PROC_ENTRY = 8,  /* in the /proc directory of a process in another pid namespace than its task's */
	PEER = 9,        /* a unix socket: what SO_PEERCRED tells of the other end is in another pid or user namespace */
	SHOWN = 10,      /* of procfs, and keeps what it shows: shown.h; not its task's own */
	CGROUP = 11,     /* of cgroupfs, opened in another cgroup namespace than its task's */
	WATCH = 12,      /* watches the namespace, or /proc/PID of a process in another pid namespace than its task's */
	PERF = 13,       /* a perf event, made in another pid namespace than its task's */
	CONTEXT = 14,    /* a file system context of another namespace than its task's: shown.h */
	CWD = 15,        /* the task's working directory is on such a procfs, or in the /proc directory of such a process */
	ROOT = 16,       /* the same of its root directory */
	PROGRAM = 17,    /* its program was executed in another user namespace than its task's: its file or its memory */
	SIGNALS = 18,    /* signals of the file go to a process in another pid namespace than its task's: F_SETOWN */
	SENDER = 19,     /* in the queue of a unix socket: whoever sent the message, or asks to be accepted */
	QUEUE = 20,      /* no namespace: this unix socket has something in its queue */
	LIES_IN = 21,    /* no namespace: the unix socket `id` lies in the queue of `sock`, and has something in its own */
	CUT = 7,         /* no namespace: this socket's queue, or without a socket these watches, were not all read */
};

/* What leads to the file. */
enum held_by { OPEN = 0, IN_FLIGHT = 1, MAPPED = 2 };

struct record {
	u64 id;           /* the namespace's 64-bit id, 0 before 6.18 */
	u64 socket_inode; /* of the socket, or of the one in whose queue the file is */
	u32 kind;
	u32 type, inum; /* CLONE_NEW* and inode number of the namespace */
	u32 tgid, pid;
	u32 fd;        /* the descriptor, or that of the socket in whose queue the file is; MAPPED: 0 */
	u32 held_by;   /* enum held_by */
	u32 family;    /* of the socket: AF_* */
	u32 target;    /* PIDFD, PROC_ENTRY: the PID in the reader's pid namespace, 0: none there, or it is gone */
	u32 pad;
	u64 sock;      /* IN_FLIGHT, opaque: the address of the unix socket whose queue it is in; else 0 */
};
RECORD_BYTES(record, 64);
FIELD_AT(record, id, 0); FIELD_AT(record, socket_inode, 8); FIELD_AT(record, kind, 16);
FIELD_AT(record, type, 20); FIELD_AT(record, inum, 24); FIELD_AT(record, tgid, 28); FIELD_AT(record, pid, 32);
FIELD_AT(record, fd, 36); FIELD_AT(record, held_by, 40); FIELD_AT(record, family, 44);
FIELD_AT(record, target, 48); FIELD_AT(record, pad, 52); FIELD_AT(record, sock, 56);
#define MAX_RECORDS 500 /* of one descriptor, or task */
_Static_assert((MAX_RECORDS + 11) * sizeof(struct record) < SHOW_BYTES, "all records of one call must fit");

#define SCM_MAX_FD 253 /* include/net/scm.h */
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
	u32 deeper; /* 1: a socket in the queue has something in its own, which is not read */
	struct record record;
	struct seq_file *seq; /* last: all before it is forgotten */
};

/* Where records go: into the file of the iterator, or into the store of a program that is run. */
#ifndef WRITE_RECORD
#define WRITE_RECORD(search) bpf_seq_write((search)->seq, &(search)->record, sizeof(struct record))
#endif

static __noinline int tell(struct search *search, u32 kind, u64 namespace, u32 type) {
	struct record *record = &search->record;
	struct ns_common *ns = (void *)namespace;
	record->kind = kind;
	record->inum = READ(ns, inum);
	record->type = type ? type : type_of(ns);
	record->id = id_of(ns);
	WRITE_RECORD(search);
	search->written++;
	FORGET_BEFORE(search, seq);
	return 0;
}

/* Where the task itself is; 0: it is ending, and gives back what it has. */
static __always_inline int begin_search(struct search *search, struct task_struct *task) {
	search->user = (u64)READ(task, real_cred, user_ns);
	struct nsproxy *nsproxy = READ(task, nsproxy);
	search->net = (u64)READ(nsproxy, net_ns);
	search->mnt = (u64)READ(nsproxy, mnt_ns);
	search->ipc = (u64)READ(nsproxy, ipc_ns);
	search->cgroup = (u64)READ(nsproxy, cgroup_ns);
	struct pid *pid = READ(task, thread_pid);
	u32 level = READ(pid, level);
	search->pid = pid_ns_of(pid);
	/* A task of the initial pid namespace is seen from there alone. */
	search->level = level ? reader_level() : 0;
	search->record.tgid = tgid_of(task, search->level);
	search->record.pid = tid_of(task, search->level);
	search->record.fd = 0;
	search->record.held_by = OPEN;
	search->record.socket_inode = search->record.sock = 0;
	search->written = search->deeper = 0;
	return search->net && search->pid;
}

#endif
