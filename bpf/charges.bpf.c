/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * On whose account each namespace stands: the struct ucounts that was charged when it was made. Those that the boot made
 * stand on none, but the mount namespace. Linux 6.18 and later.
 */
#include "kernel.h"
#include "layout.h"
#include "namespace.h"
#include "lists.h"
#include "store.h"
#include "ucounts.h"

struct record {
	u64 account; /* the address that bpf/ucounts.bpf.c gives */
	u32 type, inum;
};
RECORD_BYTES(record, 16);
FIELD_AT(record, account, 0); FIELD_AT(record, type, 8); FIELD_AT(record, inum, 12);
STORE(struct record, 4096);

struct walk {
	struct outcome outcome;
	struct position at;
	char copy[NS_COMMON_BYTES];
};
STATE(struct walk);

#define CHARGED(structure) \
	struct structure##___charged { \
		struct ucounts *ucounts; \
	} __attribute__((preserve_access_index))
CHARGED(uts_namespace);
CHARGED(ipc_namespace);
CHARGED(mnt_namespace);
CHARGED(pid_namespace);
CHARGED(net);
CHARGED(time_namespace);
CHARGED(cgroup_namespace);

/* From its struct ns_common to its pointer to a ucounts, in bytes. */
static __always_inline s64 ucounts_offset(u32 type) {
#define FROM_NS(structure) (OFFSET(structure##___charged, ucounts) - OFFSET(structure, ns))
	if (type == CLONE_NEWUTS) return FROM_NS(uts_namespace);
	if (type == CLONE_NEWIPC) return FROM_NS(ipc_namespace);
	if (type == CLONE_NEWNS) return FROM_NS(mnt_namespace);
	if (type == CLONE_NEWPID) return FROM_NS(pid_namespace);
	if (type == CLONE_NEWNET) return FROM_NS(net);
	if (type == CLONE_NEWTIME) return FROM_NS(time_namespace);
	if (type == CLONE_NEWCGROUP) return FROM_NS(cgroup_namespace);
	return OFFSET(user_namespace___ucounts, ucounts) - OFFSET(user_namespace, ns);
#undef FROM_NS
}

static __always_inline void tell(struct walk *walk, u64 address, u32 type) {
	struct ucounts *ucounts = 0;
	READ_AT(ucounts, address + ucounts_offset(type));
	if (!ucounts) return;
	struct record *record = next_record(&store, &walk->outcome);
	if (!record) return;
	record->account = (u64)ucounts;
	record->type = type;
	record->inum = *(u32 *)(walk->copy + OFFSET(ns_common, inum));
}

static int step(u32 turn, void *context) {
	struct walk *walk = *(struct walk **)context;
	u64 address = visit_next(&walk->at, walk->copy);
	if (address) tell(walk, address, walk->at.type);
	return walk->at.turn >= TURNS;
}

static __always_inline void list_all(struct walk *walk) {
	__builtin_memset(walk, 0, sizeof *walk);
	walk->outcome.torn = walk_lists(&walk->at, step, walk);
}

RUN(charges, struct walk, list_all)

char LICENSE[] SEC("license") = "Dual MIT/GPL";
