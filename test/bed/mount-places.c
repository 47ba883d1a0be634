/* Hiding places in mounts: nsfs bind mounts where others can see them and where not, file systems that hold one. */
#include "bed.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int mount(const char *, const char *, const char *, unsigned long, const void *);

#define ALL 0xff
#define BIT(type) (1U << (type))
#define DIRECTORY "/mnt"
/* Of sys/mount.h, which does not go together with linux/mount.h on every system. */
#define MS_BIND_ 4096
#define MS_REC_PRIVATE 0x44000

/* In a new mount namespace: nothing that is mounted here reaches the host. */
static bool mount_room(void) {
	if (mount("none", "/", NULL, MS_REC_PRIVATE, NULL) < 0) return fail("mount(MS_PRIVATE)");
	return mount("bed", DIRECTORY, "tmpfs", 0, "size=1m") == 0 || fail("mount(tmpfs)");
}

static bool bind_fd(int fd, const char *target) {
	char source[32];
	close(open(target, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
	return mount(source, target, NULL, MS_BIND_, NULL) == 0 || fail("mount(MS_BIND)");
}

static bool bind_new(enum type type, struct identity *identity) {
	char target[32];
	snprintf(target, sizeof target, DIRECTORY "/%s", types[type].name);
	int fd = new_namespace(type, identity);
	bool done = fd >= 0 && bind_fd(fd, target);
	if (fd >= 0) close(fd);
	return done;
}

static int bind_in_room(struct answer *answer, const void *type) {
	return mount_room() && bind_new(*(const enum type *)type, &answer->made) ? NOTHING : -1;
}

static bool make_bind_mount(const struct place *place, enum type type) {
	struct child child;
	struct identity room;
	char directory[32];
	if (!spawn(&child, CLONE_NEWNS, bind_in_room, &type)) return false;
	keep(&child);
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	if (!identify_task(directory, "mnt", &room)) return false;
	say_auxiliary(place, MNT, &room, "\"pid\":%d", child.pid);
	say_made(place, type, &child.answer.made, "\"mountPoint\":\"" DIRECTORY "/%s\",\"mountNamespace\":%lu", types[type].name,
	         room.inode);
	return true;
}

/* The mount namespace in which `body` works stays behind a descriptor of the bed's, without a process. */
static int hide_room(const struct place *place, struct child *child, uint64_t flags, work body, const void *argument,
                     struct identity *room) {
	if (!spawn(child, flags | CLONE_NEWNS, body, argument)) return -1;
	int fd = open_namespace(child->pid, "mnt");
	if (fd < 0 || !identify(fd, room)) return end(child), -1;
	say_auxiliary(place, MNT, room, "\"pid\":%d,\"fd\":%d", getpid(), fd);
	return fd;
}

static bool make_hidden(const struct place *place, enum type type) {
	struct child child;
	struct identity room;
	if (hide_room(place, &child, 0, bind_in_room, &type, &room) < 0) return false;
	end(&child);
	say_made(place, type, &child.answer.made, "\"mountPoint\":\"" DIRECTORY "/%s\",\"mountNamespace\":%lu", types[type].name,
	         room.inode);
	return true;
}

/* A mount namespace can be bound only in an older one, so the inner room is made second. */
static int bind_inner_room(struct answer *answer, const void *type) {
	struct child inner;
	if (!mount_room() || !spawn(&inner, CLONE_NEWNS, bind_in_room, type)) return -1;
	int fd = open_namespace(inner.pid, "mnt");
	bool done = fd >= 0 && identify(fd, &answer->other) && bind_fd(fd, DIRECTORY "/inner");
	answer->made = inner.answer.made;
	end(&inner);
	return done ? NOTHING : -1;
}

static bool make_nested(const struct place *place, enum type type) {
	struct child child;
	struct identity room;
	if (hide_room(place, &child, 0, bind_inner_room, &type, &room) < 0) return false;
	end(&child);
	const struct answer *answer = &child.answer;
	say_auxiliary(place, MNT, &answer->other, "\"mountPoint\":\"" DIRECTORY "/inner\",\"mountNamespace\":%lu", room.inode);
	say_made(place, type, &answer->made, "\"mountPoint\":\"" DIRECTORY "/%s\",\"mountNamespace\":%lu", types[type].name,
	         answer->other.inode);
	return true;
}

static int clone_tree(struct answer *answer, const void *type) {
	if (bind_in_room(answer, type) == -1) return -1;
	int fd = syscall(SYS_open_tree, AT_FDCWD, DIRECTORY, OPEN_TREE_CLONE | AT_RECURSIVE | OPEN_TREE_CLOEXEC);
	return fd < 0 ? fail_fd("open_tree") : fd;
}

static bool make_detached(const struct place *place, enum type type) {
	struct child child;
	if (!spawn(&child, CLONE_NEWNS, clone_tree, &type)) return false;
	end(&child);
	say_made(place, type, &child.answer.made, "\"pid\":%d,\"fd\":%d", getpid(), child.fd);
	return true;
}

/* The mount goes with its mount namespace, which nothing holds once the child has ended. */
static int open_bound(struct answer *answer, const void *type) {
	char target[32];
	if (bind_in_room(answer, type) == -1) return -1;
	snprintf(target, sizeof target, DIRECTORY "/%s", types[*(const enum type *)type].name);
	int fd = open(target, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail_fd("open(nsfs)") : fd;
}

static bool make_fd_of_unmounted(const struct place *place, enum type type) {
	struct child child;
	if (!spawn(&child, CLONE_NEWNS, open_bound, &type)) return false;
	end(&child);
	say_made(place, type, &child.answer.made, "\"pid\":%d,\"fd\":%d", getpid(), child.fd);
	return true;
}

/* A directory as `source` ends with /. */
static int bind_process(struct answer *answer, const void *source) {
	(void)answer;
	const char *path = source;
	if (!mount_room()) return -1;
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0) return fail_fd(path);
	if (path[strlen(path) - 1] == '/' && mkdir(DIRECTORY "/process", 0700) < 0) return fail_fd("mkdir");
	bool done = bind_fd(fd, DIRECTORY "/process");
	close(fd);
	return done ? NOTHING : -1;
}

/* What is of a process is bound in a hidden room; then the process ends. */
static bool mount_process(const struct place *place, enum type type, const char *name) {
	struct child child, around;
	struct identity room, identity;
	char directory[32], source[64];
	if (!spawn(&child, types[type].flag, idle, NULL)) return false;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	snprintf(source, sizeof source, "%s/%s", directory, name);
	bool done = identify_task(directory, types[type].name, &identity) &&
	            hide_room(place, &around, 0, bind_process, source, &room) >= 0;
	end(&child);
	if (!done) return false;
	end(&around);
	say_made(place, type, &identity, "\"mountPoint\":\"" DIRECTORY "/process\",\"mountNamespace\":%lu", room.inode);
	return true;
}

static bool make_process_mount(const struct place *place, enum type type) { return mount_process(place, type, ""); }
static bool make_file_mount(const struct place *place, enum type type) { return mount_process(place, type, "net/dev"); }

/* pidfs cannot be attached anywhere (SB_NOUSER). */
static bool make_pidfd_mount(const struct place *place, enum type type) {
	struct child child;
	struct identity identity;
	char directory[32];
	if (!spawn(&child, types[type].flag, idle, NULL)) return false;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	bool done = identify_task(directory, types[type].name, &identity);
	int pidfd = syscall(SYS_pidfd_open, child.pid, 0);
	int fd = syscall(SYS_open_tree, pidfd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (fd < 0) done = fail("open_tree(pidfd)");
	close(pidfd);
	end(&child);
	if (done) say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d", getpid(), fd);
	return done;
}

static int mount_proc(struct answer *answer, const void *argument) {
	(void)answer;
	(void)argument;
	if (!mount_room()) return -1;
	return mount("proc", DIRECTORY, "proc", 0, NULL) < 0 ? fail_fd("mount(proc)") : NOTHING;
}

/* The connection remembers the pid namespace in which it was mounted. Nobody serves it: its descriptor is closed. */
static int mount_fuse(struct answer *answer, const void *argument) {
	(void)answer;
	(void)argument;
	char options[80];
	if (!mount_room()) return -1;
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fd < 0) return fail_fd("open(/dev/fuse)");
	snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	return mount("fuse", DIRECTORY, "fuse", 0, options) < 0 ? fail_fd("mount(fuse)") : NOTHING;
}

static bool mount_hidden(const struct place *place, enum type type, work body) {
	struct child child;
	struct identity room, identity;
	char directory[32];
	if (hide_room(place, &child, types[type].flag, body, NULL, &room) < 0) return false;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	bool done = identify_task(directory, types[type].name, &identity);
	end(&child);
	if (done) say_made(place, type, &identity, "\"mountPoint\":\"" DIRECTORY "\",\"mountNamespace\":%lu", room.inode);
	return done;
}

static bool make_file_system(const struct place *place, enum type type) { return mount_hidden(place, type, mount_proc); }
static bool make_fuse(const struct place *place, enum type type) { return mount_hidden(place, type, mount_fuse); }

static int mount_detached(struct answer *answer, const void *type) {
	(void)answer;
	int context = syscall(SYS_fsopen, *(const enum type *)type == PID ? "proc" : "tmpfs", 1);
	if (context < 0) return fail_fd("fsopen");
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) return fail_fd("fsconfig(CREATE)");
	int fd = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	close(context);
	return fd < 0 ? fail_fd("fsmount") : fd;
}

static bool make_detached_file_system(const struct place *place, enum type type) {
	struct identity identity;
	int fd = take(type, CLONE_NEWNS, mount_detached, &type, &identity);
	/* A user namespace would also be held by the credentials of the file: the bed opens the root anew. */
	if (fd < 0 || (fd = reopen(fd)) < 0) return false;
	say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d", getpid(), fd);
	return true;
}

const struct place mount_places[] = {
	{"bind-mount", "nsfs is bind mounted in the mount namespace of a process (mountinfo)", ALL, make_bind_mount, "", {0}},
	{"hidden-bind-mount", "nsfs is bind mounted in a mount namespace that only a descriptor holds", ALL, make_hidden, "",
	 {0}},
	{"nested-bind-mount", "nsfs is bind mounted in a mount namespace that is itself only bind mounted in a hidden one", ALL,
	 make_nested, "", {0}},
	{"fd-of-unmounted", "an open nsfs descriptor, opened through a bind mount that is gone: /proc/PID/fd reads / for it", ALL,
	 make_fd_of_unmounted, "", {0}},
	{"detached-mount", "nsfs is mounted in a tree that is attached nowhere: open_tree(OPEN_TREE_CLONE)", ALL, make_detached,
	 "", {0}},
	{"process-mount", "/proc/PID of a process that has ended is bind mounted in a hidden mount namespace (proc_inode.pid)",
	 BIT(PID), make_process_mount, "struct pid holds pid namespaces alone", {0}},
	{"process-file-mount", "the same of a file of /proc/PID/net, which keeps the directories above it (dentry.d_parent)",
	 BIT(PID), make_file_mount, "struct pid holds pid namespaces alone",
	 {[NET] = "the file keeps no network namespace until it is opened"}},
	{"pidfd-mount", "a mount attached nowhere of a pidfd: open_tree(OPEN_TREE_CLONE) (struct pid)", BIT(PID), make_pidfd_mount,
	 "struct pid holds pid namespaces alone", {0}},
	{"file-system", "a procfs mount in a hidden mount namespace (proc_fs_info.pid_ns)", BIT(PID), make_file_system,
	 "no file system's super block holds it",
	 {[NET] = "sysfs keeps the memory of the net namespace but lets it die (net.passive)",
	  [IPC] = "mqueue forgets the ipc namespace when that dies (mq_clear_sbinfo)",
	  [USER] = "held (super_block.s_user_ns), but so it is by the mount namespace: see detached-file-system"}},
	{"detached-file-system", "a mount attached nowhere: of procfs (pid_ns), of any file system (super_block.s_user_ns)",
	 BIT(PID) | BIT(USER), make_detached_file_system, "no file system's super block holds it",
	 {[NET] = "sysfs keeps the memory of the net namespace but lets it die (net.passive)",
	  [IPC] = "mqueue forgets the ipc namespace when that dies (mq_clear_sbinfo)"}},
	{"fuse", "a FUSE mount in a hidden mount namespace (fuse_conn.pid_ns)", BIT(PID), make_fuse,
	 "a FUSE connection holds a pid and a user namespace", {[USER] = "held (fuse_conn.user_ns), as by any file system"}},
	{0},
};
