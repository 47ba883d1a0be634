/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The kernel's types as far as nscope reads them. Every member is looked up by name in the running kernel's BTF when a
 * program is loaded (CO-RE), so order and size do not matter here, and one program serves Linux 6.1 and later. A name
 * with three underscores is a flavour: the part before them is the kernel's name, and its members exist on some kernels
 * only, which bpf_core_field_exists() tells.
 *
 * What a look-up costs: the kernel remembers a type's name in a table of 31 places (kernel/bpf/btf.c, cand_cache), and
 * where two names of one program share a place it searches its whole BTF, about 0.4 ms, each time the program's text
 * goes from one to the other. So code that uses one of these stands together: pid and pid_namespace; ipc_namespace,
 * mnt_namespace, super_block and vfsmount; net and inode; time_namespace and cgroup_namespace; ns_common and file.
 */
#ifndef NSCOPE_KERNEL_H
#define NSCOPE_KERNEL_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int s32;
typedef long long s64;
/* bpf_helper_defs.h wants these. */
typedef u8 __u8;
typedef u16 __u16;
typedef u32 __u32;
typedef u64 __u64;
typedef s32 __s32;
typedef s64 __s64;
typedef u16 __be16;
typedef u32 __be32;
typedef u32 __wsum;
enum { BPF_MAP_TYPE_ARRAY = 2 };

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* include/uapi/linux/sched.h */
#define CLONE_NEWTIME 0x00000080
#define CLONE_NEWNS 0x00020000
#define CLONE_NEWCGROUP 0x02000000
#define CLONE_NEWUTS 0x04000000
#define CLONE_NEWIPC 0x08000000
#define CLONE_NEWUSER 0x10000000
#define CLONE_NEWPID 0x20000000
#define CLONE_NEWNET 0x40000000

/* include/uapi/linux/magic.h, ipc/mqueue.c */
#define NSFS_MAGIC 0x6e736673
#define SOCKFS_MAGIC 0x534f434b
#define PROC_SUPER_MAGIC 0x9fa0
#define TMPFS_MAGIC 0x01021994
#define HUGETLBFS_MAGIC 0x958458f6
#define MQUEUE_MAGIC 0x19800202
#define FUSE_SUPER_MAGIC 0x65735546
#define PID_FS_MAGIC 0x50494446
#define CGROUP_SUPER_MAGIC 0x27e0eb
#define CGROUP2_SUPER_MAGIC 0x63677270
#define ANON_INODE_FS_MAGIC 0x09041934

/* include/uapi/linux/stat.h */
#define S_IFMT 0170000
#define S_IFREG 0100000
#define S_IFCHR 0020000
#define CACHE_LINE 64ul /* SMP_CACHE_BYTES of x86_64 and arm64 */

#define AF_UNIX 1 /* include/linux/socket.h */

#define PIDNS_ADDING (1u << 31) /* include/linux/pid_namespace.h: new processes are welcome */

/* The most that one call of an iterator program may write: the kernel collects it in 8 pages (kernel/bpf/bpf_iter.c). */
#define SHOW_BYTES 32768

#define TCP_LISTEN 10 /* include/net/tcp_states.h, also of unix sockets */

/* Not looked up: `next` has stood first since there are lists. */
struct list_head {
	struct list_head *next, *prev;
};
struct hlist_node {
	struct hlist_node *next, **pprev; /* pprev: what leads to this node */
};

/* Not looked up either: the two have been all of it since Linux 4.15, and an array of them needs its size. */
struct pid_namespace;
struct upid {
	int nr;
	struct pid_namespace *ns;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;
typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;
typedef struct {
	u32 val;
} kuid_t;

/* Namespaces */
struct proc_ns_operations {
	int type;
};
struct ns_common {
	struct proc_ns_operations *ops;
	u32 inum;
};
struct ns_common___type { /* from 6.18; before it the type is in ops */
	u32 ns_type;
};
struct ns_common___id { /* from 6.18 */
	u64 ns_id;
};
struct ns_common___618 {
	void *stashed;
	refcount_t __ns_ref;
	struct list_head ns_list_node;
};
struct ns_common___619 {
	struct {
		struct list_head ns_list_entry;
	} ns_tree_node;
	atomic_t __ns_ref_active;
};
struct user_namespace {
	struct user_namespace *parent;
	int level;
	kuid_t owner;
	struct ns_common ns;
};
struct pid_namespace {
	u32 pid_allocated;
	u32 level;
	struct pid_namespace *parent;
	struct user_namespace *user_ns;
	struct ns_common ns;
};
struct uts_namespace {
	struct user_namespace *user_ns;
	struct ns_common ns;
};
struct ipc_namespace {
	struct user_namespace *user_ns;
	struct ns_common ns;
};
struct time_namespace {
	struct user_namespace *user_ns;
	struct ns_common ns;
};
struct cgroup_namespace {
	struct user_namespace *user_ns;
	struct ns_common ns;
};
struct unix_table {
	struct hlist_node **buckets;
};
struct netns_unix {
	struct unix_table table; /* from 6.0 */
};
struct net {
	struct list_head list;
	struct netns_unix unx;
	struct user_namespace *user_ns;
	struct ns_common ns;
};
struct mount;
struct mnt_namespace {
	struct ns_common ns;
	struct mount *root;
	struct user_namespace *user_ns;
};
struct mnt_namespace___count { /* from 6.8; before it "mounts" */
	u32 nr_mounts;
};
struct nsproxy {
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns;
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
	struct net *net_ns;
	struct time_namespace *time_ns;
	struct time_namespace *time_ns_for_children;
	struct cgroup_namespace *cgroup_ns;
	refcount_t count;
};

/* Tasks */
struct cred {
	kuid_t uid, euid;
	struct user_namespace *user_ns;
};
struct pid {
	u32 level;
	struct upid numbers[1];
};
struct signal_struct {
	int nr_threads;
};
struct css_set;
struct files_struct;
struct vfsmount;
struct dentry;
struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};
struct fs_struct {
	struct path root, pwd;
};
struct mm_struct;
struct task_exec_state { /* from 7.1 to 7.3 on; before it the memory has it */
	struct user_namespace *user_ns;
};
struct task_struct___exec {
	struct task_exec_state *exec_state;
};
struct task_struct {
	u32 flags;
	u32 __state;
	int exit_state;
	s32 pid, tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct signal_struct *signal;
	struct cred *real_cred;
	struct nsproxy *nsproxy;
	struct fs_struct *fs;
	struct mm_struct *mm;
	struct files_struct *files;
	struct css_set *cgroups;
	u64 start_time;
	u64 start_boottime;
	char comm[16];
};

/* File systems */
struct super_block;
struct inode {
	u16 i_mode;
	u32 i_rdev;
	struct super_block *i_sb;
	unsigned long i_ino;
	void *i_private;
};
struct inode___count {
	atomic_t i_count;
};
struct qstr {
	const char *name;
};
struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
	struct {
		int count;
	} d_lockref;
};
struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
};
struct mount {
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
	int mnt_id;
};
struct mount___unique { /* from 6.8 */
	u64 mnt_id_unique;
};
struct mount___list { /* to 6.17 */
	struct list_head mnt_instance;
};
struct mount___chain { /* from 6.18 */
	struct mount *mnt_next_for_sb;
};
struct super_block {
	struct list_head s_list;
	u32 s_dev;
	unsigned long s_magic;
	struct dentry *s_root;
	struct user_namespace *s_user_ns;
	void *s_fs_info;
};
struct super_block___list { /* to 6.17 */
	struct list_head s_mounts;
};
struct super_block___chain { /* from 6.18 */
	struct mount *s_mounts;
};
struct proc_fs_info {
	struct pid_namespace *pid_ns;
};
struct proc_dir_entry {
	void *data;
	struct proc_dir_entry *parent;
	char *name;
};
struct proc_inode {
	struct pid *pid;
	struct proc_dir_entry *pde;
	struct inode vfs_inode;
};
struct fuse_conn {
	struct pid_namespace *pid_ns;
};
struct fuse_mount {
	struct fuse_conn *fc;
};

/* Open files */
struct file {
	struct inode *f_inode;
	void *private_data;
	struct cred *f_cred;
	struct path f_path;
};
struct fown_struct {
	struct pid *pid;
};
struct file___611 { /* to 6.11 */
	struct fown_struct f_owner;
};
struct file___612 { /* from 6.12 */
	struct fown_struct *f_owner;
};
struct file___613 {
	struct {
		struct {
			s64 counter; /* one less than there are references */
		} refcnt;
	} f_ref;
};
typedef struct {
	struct net *net;
} possible_net_t;
struct sock_common {
	u16 skc_family;
	u8 skc_state;
	refcount_t skc_refcnt;
	possible_net_t skc_net;
	struct hlist_node skc_node;
};
struct sk_buff;
struct sk_buff_head {
	struct sk_buff *next;
};
struct socket;
struct sock {
	struct sock_common __sk_common;
	struct socket *sk_socket;
	refcount_t sk_wmem_alloc;
	struct sk_buff_head sk_receive_queue;
	struct pid *sk_peer_pid;
	struct cred *sk_peer_cred;
};
struct socket {
	struct file *file;
	struct sock *sk;
};
struct unix_sock {
	struct sock *peer;
};
struct scm_fp_list {
	short count;
	struct file *fp[253];
};
struct unix_skb_parms {
	struct pid *pid;
	struct scm_fp_list *fp;
};
struct sk_buff {
	struct sk_buff *next;
	struct sock *sk;
	char cb[48];
};

/* Open files that keep what they show */
struct seq_file {
	void *private;
};
struct proc_mounts {
	struct mnt_namespace *ns;
};
struct mm_struct {
	struct file *exe_file;
};
struct mm_struct___user { /* later the task has it: task_exec_state */
	struct user_namespace *user_ns;
};
struct vm_area_struct {
	struct file *vm_file;
};
struct shm_file_data {
	struct ipc_namespace *ns;
};
struct proc_maps_private___mm { /* to 6.16 */
	struct mm_struct *mm;
};
struct proc_maps_private___617 {
	struct {
		struct mm_struct *mm;
	} lock_ctx;
};
struct ipc_proc_iter {
	struct ipc_namespace *ns;
	struct pid_namespace *pid_ns;
};
struct kernfs_open_file {
	void *priv;
};
struct cgroup_file_ctx {
	struct cgroup_namespace *ns;
};

struct file_system_type {
	const char *name;
};
struct fs_context {
	struct file_system_type *fs_type;
	void *fs_private;
	struct net *net_ns;
};
struct cgroup_fs_context {
	struct cgroup_namespace *ns;
};
struct mqueue_fs_context {
	struct ipc_namespace *ipc_ns;
};
struct proc_fs_context {
	struct pid_namespace *pid_ns;
};
struct perf_event {
	struct pid_namespace *ns;
};

/* inotify and fanotify */
struct fsnotify_group {
	struct list_head marks_list;
};
struct fsnotify_mark_connector {
	void *obj;
};
struct fsnotify_mark {
	struct list_head g_list;
	struct fsnotify_mark_connector *connector;
};
struct inode___watched {
	struct fsnotify_mark_connector *i_fsnotify_marks;
};

/* What the iterators hand to a program: include/linux/bpf.h, kernel/bpf/map_iter.c, task_iter.c */
struct bpf_map;
struct bpf_iter_meta {
	struct seq_file *seq;
	u64 session_id;
	u64 seq_num;
};
struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	void *key;
	void *value;
};
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};
struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	u32 fd;
	struct file *file;
};

#pragma clang attribute pop

/* Follows members by name. The pointer must be a plain variable: a member of a struct of our own would be looked up too. */
#define READ BPF_CORE_READ
#define OFFSET(type, member) ((s64)bpf_core_field_offset(struct type, member))
/* Reads what lies at an address that no C type describes; a faulting read gives zero. Returns 0, or a negative errno. */
#define READ_AT(target, address) bpf_probe_read_kernel(&(target), sizeof(target), (void *)(address))
/*
 * Makes the verifier forget what it knows of a variable on the stack, by reading it from where it lies. What follows is
 * then verified once, and not once for each constant that the variable may hold; a counter that starts as a constant
 * would also make older verifiers unroll its loop, or drop as dead what is false in the first turn.
 */
#define FORGET(variable) bpf_probe_read_kernel(&(variable), sizeof(variable), &(variable))
/* The same for a whole structure up to one member. At the end of a loop's turn it makes all turns look alike. */
#define FORGET_BEFORE(pointer, member) \
	bpf_probe_read_kernel(pointer, __builtin_offsetof(__typeof__(*(pointer)), member), pointer)

#endif
