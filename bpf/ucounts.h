/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* struct ucounts: how many namespaces a user has made in a user namespace (kernel/ucount.c). Needs kernel.h. */
#ifndef NSCOPE_UCOUNTS_H
#define NSCOPE_UCOUNTS_H

/* The first of enum ucount_type, in its order since Linux 5.6: user, pid, uts, ipc, net, mnt, cgroup, time. */
#define COUNTED 8

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ucounts {
	struct hlist_node node; /* from 6.15 a hlist_nulls_node, which has the same two members */
	struct user_namespace *ns;
	kuid_t uid;
	s64 ucount[COUNTED];
};
struct cred___ucounts { /* from 5.14 */
	struct ucounts *ucounts;
};
struct user_namespace___ucounts {
	struct ucounts *ucounts;
	s64 ucount_max[COUNTED];
};

#pragma clang attribute pop

#endif
