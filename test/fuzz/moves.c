/* The steps. Numbers choose among what is there, so that every list of steps means something. */
#include "world.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE _IO(0xFF, 6)

static bool none(const char *what) {
	errno = ENOENT;
	return fail(what);
}

/* The `number`th of those that run, from the `first` on; -1 where none does. */
static int choose_worker(int number, int first) {
	int living = 0;
	for (int i = first; i < worker_count; i++) living += !workers[i].ended;
	if (living == 0) return -1;
	number %= living;
	for (int i = first; i < worker_count; i++)
		if (!workers[i].ended && number-- == 0) return i;
	return -1;
}

static bool can_be_chosen(const struct holder *holder, bool to_hand_on) {
	if (holder->released) return false;
	return holder->fd >= 0 || !(to_hand_on || holder->is_copy || holder->is_left || workers[holder->worker].ended);
}

static int choose_holder(int number, bool to_hand_on) {
	int there = 0;
	for (int i = 0; i < holder_count; i++) there += can_be_chosen(&holders[i], to_hand_on);
	if (there == 0) return -1;
	number %= there;
	for (int i = 0; i < holder_count; i++)
		if (can_be_chosen(&holders[i], to_hand_on) && number-- == 0) return i;
	return -1;
}

/* Gives a descriptor of the world's away, or keeps it. Returns its number there. */
static int settle(int fd, int to) {
	if (to == 0 || fd < 0) return fd;
	int number = command(&workers[to], (struct order){.what = 'k'}, fd, NULL);
	close(fd);
	return number;
}

static bool hold(const char *kind, int fd, int to, int space) {
	int number = settle(fd, to);
	if (number < 0) return false;
	if (space >= TYPES && holder_count < MAX_HOLDERS)
		add_holder((struct holder){.kind = kind, .worker = to, .fd = number, .space = space});
	return true;
}

static bool hold_in_flight(int fd, int to, int space) {
	int pair[2];
	if (fd < 0) return false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return fail("socketpair");
	bool done = send_fd(pair[0], fd);
	close(fd);
	return done && hold("in-flight", pair[1], to, space);
}

/* What a worker opens by itself holds its user namespace as well, by the file's credentials. */
static bool hold_opened(char what, const char *kind, enum type type, int from, int to) {
	int fd = -1, number = command(&workers[from], (struct order){.what = what}, -1, NULL);
	const struct worker *opener = &workers[from];
	if (number < 0) return false;
	if (to != from) {
		if (command(&workers[from], (struct order){.what = 'g', .number = number}, -1, &fd) < 0 || fd < 0) return false;
		number = settle(fd, to);
		if (number < 0) return false;
	}
	struct holder holder = {.kind = kind, .worker = to, .fd = number, .space = opener->in[type]};
	if (holder.space >= TYPES) add_holder(holder);
	holder.kind = "credentials";
	holder.space = opener->in[USER];
	if (holder.space >= TYPES) add_holder(holder);
	holder.kind = "proc-file";
	holder.space = opener->in[PID];
	/* Also by the directory of the process, which a file below it keeps. */
	if (what != 's' && holder.space >= TYPES) add_holder(holder);
	return true;
}

static bool hold_task(int from, int to, bool by_pidfd) {
	char directory[32];
	snprintf(directory, sizeof directory, "/proc/%d", workers[from].pid);
	int fd = by_pidfd ? (int)syscall(SYS_pidfd_open, workers[from].pid, 0) : open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) return fail(by_pidfd ? "pidfd_open" : "open(/proc/PID)");
	return hold(by_pidfd ? "pidfd" : "proc-file", fd, to, workers[from].in[PID]);
}

static bool add_thread(int index, enum type type) {
	struct worker *worker = &workers[index];
	struct identity identity;
	char directory[64];
	if (worker->tid || !(0x8f >> type & 1 || type == NET)) return none("a thread to make");
	if (command(worker, (struct order){.what = 't', .type = type}, -1, NULL) < 0) return false;
	worker->tid = find_thread(worker->pid);
	snprintf(directory, sizeof directory, "/proc/%d/task/%d", worker->pid, worker->tid);
	if (!identify_task(directory, types[type].name, &identity)) return false;
	int space = add_space(type, &identity, worker->in[USER], -1, worker->nobody ? NOBODY : 0);
	say_task("thread", index, type, space);
	if (type == MNT) copy_mounts(worker->in[MNT], space), leave_mounts(space);
	return true;
}

static bool unshare_for_children(int index, enum type type, bool with_init) {
	struct worker *worker = &workers[index];
	struct identity identity;
	if (command(worker, (struct order){.what = 'c', .type = type, .number = with_init}, -1, NULL) < 0)
		/* It may be in there without an init, and nothing told what it is. */
		return errno != EINVAL && end_worker(index, false);
	char directory[32], link[32];
	snprintf(directory, sizeof directory, "/proc/%d", worker->pid);
	snprintf(link, sizeof link, "%s_for_children", types[type].name);
	bool done = false;
	if (type == PID && !with_init) {
		int pidfd = syscall(SYS_pidfd_open, worker->pid, 0), fd = ioctl(pidfd, PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE, 0);
		done = fd >= 0 ? identify(fd, &identity) : fail("ioctl(PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE)");
		if (fd >= 0) close(fd);
		close(pidfd);
	} else done = identify_task(directory, link, &identity);
	if (!done) return end_worker(index, false);
	int space = add_space(type, &identity, worker->in[USER], type == PID ? worker->in[PID] : -1, worker->nobody ? NOBODY : 0);
	worker->for_children[type] = space;
	say_task(type == PID && !with_init ? "unborn" : "for-children", index, type, space);
	return true;
}

static bool bind_space(int from, enum type type, int where) {
	static int paths;
	char path[64], source[32];
	int room = workers[where].in[MNT], space = workers[from].in[type], number = ++paths;
	if (space < TYPES || (room == MNT && where != 0)) return none("something to bind, or room for it");
	int fd = open_namespace(workers[from].pid, types[type].name);
	if (fd < 0) return false;
	bool done;
	if (where) done = command(&workers[where], (struct order){.what = 'b', .number = number}, fd, NULL) >= 0;
	else {
		path_of(path, MNT, number);
		snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
		mkdir("/run/netns", 0755);
		close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
		done = mount(source, path, NULL, MS_BIND, NULL) == 0 || fail("mount(MS_BIND)");
		if (!done) unlink(path);
	}
	close(fd);
	if (done) add_holder((struct holder){.kind = "bind-mount", .worker = where, .fd = -1, .space = space, .room = room, .path = where ? number : -number});
	return done;
}

static bool release(int index) {
	if (index < 0) return none("a holder");
	struct holder *holder = &holders[index];
	if (holder->fd < 0) {
		char path[64];
		if (holder->worker) {
			if (command(&workers[holder->worker], (struct order){.what = 'u', .number = holder->path}, -1, NULL) < 0) return false;
		} else {
			path_of(path, MNT, -holder->path);
			if (umount2(path, MNT_DETACH) < 0) return fail("umount2");
			/* With the file the mounts on it go in every mount namespace: d_invalidate(). */
			unlink(path);
			for (int i = 0; i < holder_count; i++)
				if (i != index && !holders[i].released && holders[i].path == holder->path && holders[i].fd < 0) release_holder(i);
		}
		return release_holder(index), true;
	}
	if (holder->worker == 0) close(holder->fd);
	else if (command(&workers[holder->worker], (struct order){.what = 'x', .number = holder->fd}, -1, NULL) < 0) return false;
	/* One descriptor may hold several. */
	for (int i = 0, fd = holder->fd, worker = holder->worker; i < holder_count; i++)
		if (!holders[i].released && holders[i].fd == fd && holders[i].worker == worker) release_holder(i);
	return true;
}

/* Another has it from now on. */
static bool hand_on(int index, int to) {
	if (index < 0 || holders[index].worker == to) return none("a descriptor to hand on");
	int worker = holders[index].worker, old = holders[index].fd, fd = -1;
	if (worker == 0) fd = dup(old);
	else if (command(&workers[worker], (struct order){.what = 'g', .number = old}, -1, &fd) < 0) return false;
	int number = settle(fd, to);
	if (number < 0) return false;
	for (int i = 0, end = holder_count; i < end && holder_count < MAX_HOLDERS; i++) {
		if (holders[i].released || holders[i].fd != old || holders[i].worker != worker) continue;
		struct holder copy = holders[i];
		copy.worker = to;
		copy.fd = number;
		add_holder(copy);
	}
	/* The given one was sent as it is; the worker has closed it. */
	if (worker == 0) close(old);
	for (int i = 0; i < holder_count; i++)
		if (!holders[i].released && holders[i].fd == old && holders[i].worker == worker) release_holder(i);
	return true;
}

bool take_step(char step, const int *numbers) {
	enum type type = numbers[1] % TYPES;
	int first = choose_worker(numbers[0], 1), any = choose_worker(numbers[2], 0);
	if (holder_count > MAX_HOLDERS - 100 || space_count > MAX_SPACES - 2 * TYPES) return errno = ENOSPC, fail("the world");
	if (step == 'w') return make_worker(choose_worker(numbers[0], 0), numbers[1] & 0xff, numbers[2] % 4 == 0);
	if (step == 'u') return release(choose_holder(numbers[0], false));
	if (step == 'h') return hand_on(choose_holder(numbers[0], true), any);
	if (first < 0) return none("a worker");
	switch (step) {
	case 'f': return hold("fd", open_namespace(workers[first].pid, types[type].name), any, workers[first].in[type]);
	case 'r': return hold_in_flight(open_namespace(workers[first].pid, types[type].name), any, workers[first].in[type]);
	case 's': return hold_opened('s', "socket", NET, first, any);
	case 'n': return hold_opened('n', "proc-file", NET, first, any);
	case 'i': return hold_opened('i', "proc-file", MNT, first, any);
	case 'p': return hold_task(first, any, true);
	case 'd': return hold_task(first, any, false);
	case 'b': return bind_space(first, type, any);
	case 't': return add_thread(first, type);
	case 'c': return unshare_for_children(first, type & 1 ? PID : TIME, numbers[2] & 1);
	case 'o':
		if (workers[first].in[MNT] == MNT) return none("a mount namespace of its own");
		if (command(&workers[first], (struct order){.what = 'o'}, -1, NULL) < 0) return false;
		return cover_mounts(workers[first].in[MNT]), true;
	case 'k': return end_worker(first, numbers[1] & 1);
	default: return errno = EINVAL, fail("step");
	}
}
