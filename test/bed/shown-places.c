/* Hiding places behind open files of procfs and cgroupfs: each keeps the namespace that it shows. */
#include "bed.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALL 0xff
#define BIT(type) (1U << (type))

static int open_path(const char *path) {
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail_fd(path) : fd;
}

static int open_for_reading(struct answer *answer, const void *path) {
	(void)answer;
	return open_path(path);
}

/* A child in the namespace opens the file and hands it over; then it ends. */
static bool hold_shown(const struct place *place, enum type type, uint64_t more_flags, work body, const char *path) {
	struct identity identity;
	int fd = take(type, more_flags, body, path, &identity);
	if (fd < 0) return false;
	say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d", getpid(), fd);
	return true;
}

static bool make_mounts(const struct place *place, enum type type) {
	return hold_shown(place, type, 0, open_for_reading, "/proc/self/mountinfo");
}

static bool make_net(const struct place *place, enum type type) {
	return hold_shown(place, type, 0, open_for_reading, "/proc/self/net/dev");
}

static bool make_net_single(const struct place *place, enum type type) {
	return hold_shown(place, type, 0, open_for_reading, "/proc/self/net/sockstat");
}

static bool make_sysvipc(const struct place *place, enum type type) {
	return hold_shown(place, type, 0, open_for_reading, "/proc/sysvipc/shm");
}

/* In a mount namespace of its own, which ends with the child: where cgroupfs is mounted differs. */
static int open_cgroup(struct answer *answer, const void *path) {
	(void)answer;
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return fail_fd("mount(MS_PRIVATE)");
	if (mount("bed", "/mnt", "cgroup2", 0, NULL) < 0) return fail_fd("mount(cgroup2)");
	return open_path(path);
}

static bool make_cgroup(const struct place *place, enum type type) {
	return hold_shown(place, type, CLONE_NEWNS, open_cgroup, "/mnt/cgroup.procs");
}

/* The bed opens a file in the directory of a process, which then ends. */
static bool hold_of_process(const struct place *place, enum type type, const char *name) {
	struct child child;
	struct identity identity;
	char directory[32], path[64];
	if (!spawn(&child, types[type].flag, idle, NULL)) return false;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	snprintf(path, sizeof path, "%s/%s", directory, name);
	bool done = identify_task(directory, types[type].name, &identity);
	int fd = open_path(path);
	end(&child);
	if (!done || fd < 0) return false;
	say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d", getpid(), fd);
	return true;
}

static bool make_id_map(const struct place *place, enum type type) { return hold_of_process(place, type, "uid_map"); }
static bool make_setgroups(const struct place *place, enum type type) { return hold_of_process(place, type, "setgroups"); }
static bool make_below_process(const struct place *place, enum type type) { return hold_of_process(place, type, "net/dev"); }
static bool make_proc_file(const struct place *place, enum type type) { return hold_of_process(place, type, "status"); }

static int open_in_own_procfs(struct answer *answer, const void *name) {
	struct child inner;
	char directory[32], path[64];
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return fail_fd("mount(MS_PRIVATE)");
	if (mount("proc", "/mnt", "proc", 0, NULL) < 0) return fail_fd("mount(proc)");
	if (!spawn(&inner, CLONE_NEWPID, idle, NULL)) return -1;
	snprintf(directory, sizeof directory, "/mnt/%d", inner.pid);
	snprintf(path, sizeof path, "%s/%s", directory, (const char *)name);
	bool done = identify_task(directory, "pid", &answer->made);
	int fd = open_path(path);
	end(&inner);
	return done ? fd : -1;
}

/* The procfs is of one pid namespace, and the process of another below it. */
static bool make_proc_file_elsewhere(const struct place *place, enum type type) {
	struct child child;
	struct identity outer;
	char directory[32];
	if (!spawn(&child, types[type].flag | CLONE_NEWNS, open_in_own_procfs, "status")) return false;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	bool done = identify_task(directory, types[type].name, &outer);
	end(&child);
	if (!done) return false;
	say_auxiliary(place, type, &outer, "\"pid\":%d,\"fd\":%d", getpid(), child.fd);
	say_made(place, type, &child.answer.made, "\"pid\":%d,\"fd\":%d", getpid(), child.fd);
	return true;
}

/* A watch keeps the inode, and so what that is of; its path is not kept. */
static bool watch(const struct place *place, enum type type, const char *name) {
	struct child child;
	struct identity identity;
	char directory[32], path[64];
	if (!spawn(&child, types[type].flag, idle, NULL)) return false;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	snprintf(path, sizeof path, "%s%s%s", directory, name, *name ? types[type].name : "");
	bool done = identify_task(directory, types[type].name, &identity);
	int fd = inotify_init1(IN_CLOEXEC);
	if (fd < 0 || inotify_add_watch(fd, path, IN_OPEN) < 0) done = fail("inotify_add_watch");
	end(&child);
	if (done) say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d", getpid(), fd);
	return done;
}

static bool make_watch(const struct place *place, enum type type) { return watch(place, type, "/ns/"); }
static bool make_proc_watch(const struct place *place, enum type type) { return watch(place, type, ""); }

/* Memory belongs to the user namespace of whoever called execve(2), so a child of the bed, made there, does. */
static int execute(struct answer *answer, const void *argument) {
	(void)argument;
	int ends[2];
	char byte;
	if (pipe2(ends, O_CLOEXEC) < 0) return fail_fd("pipe2");
	answer->number = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
	if (answer->number == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execlp("sleep", "sleep", "600", NULL);
		(void)!write(ends[1], "", 1);
		_exit(1);
	}
	close(ends[1]);
	/* It reads nothing, and the end, when the program runs. */
	return answer->number > 0 && read(ends[0], &byte, 1) == 0 ? NOTHING : fail_fd("execlp");
}

/* Since 7.2 or 7.3 the task has the user namespace (task_exec_state), and its memory does not keep it. */
static bool memory_keeps_user(void) {
	static const char name[] = "task_exec_state";
	static char types_of_kernel[16 << 20];
	static int keeps = -1;
	if (keeps >= 0) return keeps;
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	for (ssize_t count; fd >= 0 && (count = read(fd, types_of_kernel + size, sizeof types_of_kernel - size)) > 0;) size += count;
	if (fd >= 0) close(fd);
	keeps = !memmem(types_of_kernel, size, name, sizeof name);
	return keeps;
}

static bool hold_memory(const struct place *place, enum type type, const char *name) {
	struct child child;
	struct identity identity;
	char directory[32], path[64];
	if (!memory_keeps_user()) return errno = EOPNOTSUPP, fail("mm_struct.user_ns");
	if (!spawn(&child, types[type].flag, execute, NULL)) return false;
	pid_t sleeper = child.answer.number;
	snprintf(directory, sizeof directory, "/proc/%d", sleeper);
	snprintf(path, sizeof path, "%s/%s", directory, name);
	bool done = identify_task(directory, types[type].name, &identity);
	int fd = open_path(path);
	end(&child);
	kill(sleeper, SIGKILL);
	waitpid(sleeper, NULL, 0);
	if (!done || fd < 0) return false;
	say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d", getpid(), fd);
	return true;
}

static bool make_maps(const struct place *place, enum type type) { return hold_memory(place, type, "maps"); }
static bool make_memory(const struct place *place, enum type type) { return hold_memory(place, type, "mem"); }

const struct place shown_places[] = {
	{"proc-file", "an open file of /proc/PID of a process that has ended (proc_inode.pid)", BIT(PID), make_proc_file,
	 "struct pid holds pid namespaces alone",
	 {[MNT] = "mountinfo and its like: see proc-mounts", [NET] = "the files of net: see proc-net",
	  [USER] = "the id maps: see proc-id-map"}},
	{"proc-file-elsewhere", "the same on a procfs of another pid namespace than that of the process", BIT(PID),
	 make_proc_file_elsewhere, "struct pid holds pid namespaces alone", {0}},
	{"proc-net-of-process", "an open file of /proc/PID/net of a process that has ended: it keeps the directories above (dentry.d_parent)",
	 BIT(PID), make_below_process, "struct pid holds pid namespaces alone", {[NET] = "held too: see proc-net"}},
	{"watch", "an inotify watch of nsfs (fsnotify_mark)", ALL, make_watch, "", {0}},
	{"proc-watch", "an inotify watch of /proc/PID of a process that has ended (fsnotify_mark)", BIT(PID), make_proc_watch,
	 "struct pid holds pid namespaces alone", {0}},
	{"proc-mounts", "an open /proc/PID/mountinfo, mounts or mountstats (proc_mounts.ns)", BIT(MNT), make_mounts,
	 "it shows a mount namespace alone", {[PID] = "held too by the process that it is of: see proc-file"}},
	{"proc-net", "an open file of /proc/PID/net (seq_net_private.net)", BIT(NET), make_net,
	 "it shows a network namespace alone", {0}},
	{"proc-net-single", "the same, of those that are printed in one go (seq_file.private is the namespace)", BIT(NET),
	 make_net_single, "it shows a network namespace alone", {0}},
	{"proc-sysvipc", "an open file of /proc/sysvipc (ipc_proc_iter.ns, pid_ns)", BIT(IPC) | BIT(PID), make_sysvipc,
	 "it shows System V IPC, with the PIDs that the opener sees", {0}},
	{"proc-id-map", "an open uid_map, gid_map or projid_map of a process (seq_file.private)", BIT(USER), make_id_map,
	 "it shows a user namespace alone", {[PID] = "held too by the process that it is of: see proc-file"}},
	{"proc-setgroups", "an open setgroups of a process (seq_file.private)", BIT(USER), make_setgroups,
	 "it shows a user namespace alone", {[PID] = "held too by the process that it is of: see proc-file"}},
	{"proc-maps", "an open maps, smaps, smaps_rollup or numa_maps of a process that has ended (mm_struct.user_ns)", BIT(USER),
	 make_maps, "memory holds a user namespace alone", {[PID] = "held too by the process that it is of: see proc-file"}},
	{"proc-mem", "an open mem, environ, auxv or pagemap of a process that has ended (mm_struct.user_ns)", BIT(USER),
	 make_memory, "memory holds a user namespace alone", {[PID] = "held too by the process that it is of: see proc-file"}},
	{"cgroup-file", "an open file of cgroupfs, opened in it (cgroup_file_ctx.ns)", BIT(CGROUP), make_cgroup,
	 "it shows a cgroup namespace alone", {0}},
	{0},
};
