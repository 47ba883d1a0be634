/* Workers come and go. All are children of the world, which alone waits for them: who is a zombie is its choice. */
#include "world.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* The new worker: no descriptor of the world's may live on in it. */
static void begin(int control, uint64_t flags) {
	struct answer answer = {0};
	prctl(PR_SET_DUMPABLE, 1);
	if (control > 3) syscall(SYS_close_range, 3, control - 1, 0);
	syscall(SYS_close_range, control + 1, ~0U, 0);
	if ((flags & CLONE_NEWUSER && !map_ids()) || (flags & CLONE_NEWNS && !make_room())) copy_failure(&answer);
	if (write(control, &answer, sizeof answer) != sizeof answer || answer.error) _exit(1);
	serve(control);
}

static bool enter(const struct worker *from) {
	static const enum type order[TYPES] = {CGROUP, IPC, NET, UTS, TIME, PID, MNT, USER};
	for (int i = 0; i < TYPES; i++) {
		enum type type = order[i];
		if (from->in[type] == (int)type) continue; /* the world's own */
		char path[64];
		snprintf(path, sizeof path, "/proc/%d/ns/%s", from->pid, types[type].name);
		/* After setns to a mount namespace the /proc there is the same. */
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || setns(fd, types[type].flag) < 0) return fail("setns");
		close(fd);
	}
	return true;
}

/* Goes where the worker `from` is, and makes the new one as a sister of itself: a child of the world's. */
static void midwife(const struct worker *from, uint64_t flags, bool nobody, int control, int report) {
	struct answer answer = {0};
	/* Opened here: a file that is opened in a user namespace holds that. */
	dup2(open("/dev/null", O_RDWR), 1);
	dup2(1, 0);
	uid_t id = nobody && from->in[USER] == USER ? NOBODY : 0;
	bool done = enter(from) && (setgroups(0, NULL), setresgid(id, id, id) == 0 && setresuid(id, id, id) == 0);
	outer_uid = outer_gid = id;
	prctl(PR_SET_DUMPABLE, 1);
	struct clone_args arguments = {.flags = flags | CLONE_PARENT};
	pid_t pid = done ? (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments) : -1;
	if (pid == 0) begin(control, flags);
	if (pid < 0) {
		if (done) fail("clone3");
		copy_failure(&answer);
	}
	answer.number = pid;
	_exit(write(report, &answer, sizeof answer) != sizeof answer);
}

static bool is_in(int space, int ancestor) {
	for (; space >= 0; space = spaces[space].parent)
		if (space == ancestor) return true;
	return false;
}

static void tell_new(const struct worker *from, struct worker *worker, uint32_t flags) {
	static const enum type order[TYPES] = {USER, CGROUP, IPC, MNT, NET, PID, TIME, UTS};
	char directory[32];
	struct identity identity;
	snprintf(directory, sizeof directory, "/proc/%d", worker->pid);
	for (int i = 0; i < TYPES; i++) {
		enum type type = order[i];
		worker->in[type] = from->in[type];
		if (!(flags >> type & 1) || !identify_task(directory, types[type].name, &identity)) continue;
		int parent = type == USER || type == PID ? from->in[type] : -1;
		int owner = type == USER ? parent : worker->in[USER];
		worker->in[type] = add_space(type, &identity, owner, parent, worker->nobody ? NOBODY : 0);
		if (type == PID) worker->init_of = worker->in[PID];
	}
	memcpy(worker->for_children, worker->in, sizeof worker->in);
	add_worker(worker);
	if (flags >> MNT & 1) copy_mounts(from->in[MNT], worker->in[MNT]);
	if (flags >> MNT & 1) cover_mounts(worker->in[MNT]);
}

bool make_worker(int index, uint32_t flags, bool nobody) {
	const struct worker *from = &workers[index];
	struct worker worker = {.init_of = -1, .nobody = from->in[USER] == USER ? nobody : from->nobody};
	struct answer answer = {.error = ECHILD, .number = -1, .call = "midwife"};
	int pair[2], report[2];
	uint64_t clone_flags = 0;
	if (worker_count == MAX_WORKERS || space_count + TYPES > MAX_SPACES) return errno = ENOSPC, fail("the world");
	if (worker.nobody && from->in[USER] == USER) flags |= 1U << USER;
	for (int type = 0; type < TYPES; type++)
		if (flags >> type & 1) clone_flags |= types[type].flag;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0 || pipe2(report, O_CLOEXEC) < 0) return fail("socketpair");
	pid_t pid = fork();
	if (pid == 0) midwife(from, clone_flags, worker.nobody, pair[1], report[1]);
	close(pair[1]);
	close(report[1]);
	if (read(report[0], &answer, sizeof answer) < 0) answer.error = errno;
	close(report[0]);
	waitpid(pid, NULL, 0);
	worker.pid = answer.number;
	worker.control = pair[0];
	if (!answer.error && read(pair[0], &answer, sizeof answer) != sizeof answer) answer.error = ECHILD;
	if (!answer.error) return tell_new(from, &worker, flags), true;
	close(pair[0]);
	if (worker.pid > 0) kill(worker.pid, SIGKILL), waitpid(worker.pid, NULL, 0);
	return adopt_failure(&answer);
}

/* Its namespaces are left: the links are gone. An init waits at that point until nobody else is in its namespace. */
static bool has_left(pid_t pid) {
	char path[64], link[64];
	snprintf(path, sizeof path, "/proc/%d/ns/uts", pid);
	return readlink(path, link, sizeof link) < 0;
}

static bool is_zombie(pid_t pid) {
	siginfo_t info = {0};
	return waitid(P_PID, pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0 && info.si_pid == pid;
}

bool end_worker(int index, bool stay) {
	int victims[MAX_WORKERS], count = 0, left;
	bool taken[MAX_WORKERS] = {false};
	for (int i = 1; i < worker_count; i++)
		if (workers[i].pid > 0 && (i == index || (workers[index].init_of >= 0 && is_in(workers[i].in[PID], workers[index].init_of))))
			victims[count++] = i;
	kill(workers[index].pid, SIGKILL);
	left = count;
	for (int tries = 0; left > 0 && tries < 10000; tries++, usleep(500)) {
		left = 0;
		for (int i = 0; i < count; i++) {
			struct worker *worker = &workers[victims[i]];
			if (!taken[i]) taken[i] = stay ? has_left(worker->pid) && (worker->init_of >= 0 || is_zombie(worker->pid)) : waitpid(worker->pid, NULL, WNOHANG) == worker->pid;
			left += !taken[i];
		}
	}
	for (int i = 0; i < count; i++) {
		struct worker *worker = &workers[victims[i]];
		if (!worker->ended) close(worker->control);
		say_ended(victims[i], !stay ? "gone" : is_zombie(worker->pid) ? "zombie" : "exiting");
		if (!stay) worker->pid = 0;
	}
	return left == 0 || (errno = ETIMEDOUT, fail("waiting for the end"));
}

void end_all(void) {
	for (int i = 1; i < worker_count; i++)
		if (workers[i].pid > 0) kill(workers[i].pid, SIGKILL);
	for (int tries = 0; tries < 10000; tries++, usleep(500)) {
		pid_t pid;
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid < 0) return;
	}
}
