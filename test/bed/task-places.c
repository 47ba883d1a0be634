/* Hiding places in tasks: a member, a thread, the namespace that only children will be in. */
#include "bed.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALL 0xff
#define BIT(type) (1U << (type))
#define PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE _IO(0xFF, 6)

static bool make_process(const struct place *place, enum type type) {
	struct child child;
	struct identity identity;
	char directory[32];
	if (!spawn(&child, types[type].flag, idle, NULL)) return false;
	keep(&child);
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	if (!identify_task(directory, types[type].name, &identity)) return false;
	say_made(place, type, &identity, "\"pid\":%d", child.pid);
	return true;
}

/* A thread that does something to itself, and stays. */
struct thread_job {
	enum type type;
	sem_t done;
	int error, fd;
	struct identity identity;
};

static void *unshare_in_thread(void *argument) {
	struct thread_job *job = argument;
	job->error = unshare(types[job->type].flag) < 0 ? errno : 0;
	sem_post(&job->done);
	while (pause())
		;
	return NULL;
}

static void *open_in_thread(void *argument) {
	struct thread_job *job = argument;
	job->error = unshare(CLONE_FILES) < 0 ? errno : 0;
	if (!job->error && (job->fd = new_namespace(job->type, &job->identity)) < 0) job->error = errno ? errno : EINVAL;
	sem_post(&job->done);
	while (pause())
		;
	return NULL;
}

static int in_thread(struct answer *answer, enum type type, void *(*run)(void *)) {
	static struct thread_job job;
	pthread_t thread;
	job.type = type;
	sem_init(&job.done, 0, 0);
	if ((errno = pthread_create(&thread, NULL, run, &job))) return fail_fd("pthread_create");
	sem_wait(&job.done);
	if ((errno = job.error)) return fail_fd("unshare in a thread");
	answer->made = job.identity;
	answer->number = job.fd;
	return NOTHING;
}

static int unshare_thread(struct answer *answer, const void *type) {
	return in_thread(answer, *(const enum type *)type, unshare_in_thread);
}

static int open_thread(struct answer *answer, const void *type) {
	return in_thread(answer, *(const enum type *)type, open_in_thread);
}

static bool make_thread(const struct place *place, enum type type) {
	struct child child;
	struct identity identity;
	char directory[64];
	if (!spawn(&child, 0, unshare_thread, &type)) return false;
	keep(&child);
	int tid = find_thread(child.pid);
	snprintf(directory, sizeof directory, "/proc/%d/task/%d", child.pid, tid);
	if (!identify_task(directory, types[type].name, &identity)) return false;
	say_made(place, type, &identity, "\"pid\":%d,\"tid\":%d", child.pid, tid);
	return true;
}

static bool make_leaderless(const struct place *place, enum type type) {
	struct child child;
	struct identity identity;
	char path[64], text[256] = "";
	if (!spawn_leaderless(&child, types[type].flag, idle, NULL)) return false;
	keep(&child);
	snprintf(path, sizeof path, "/proc/%d/stat", child.pid);
	for (int tries = 0; tries < 1000 && !strstr(text, ") Z"); tries++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t size = read(fd, text, sizeof text - 1);
		text[size > 0 ? size : 0] = 0;
		close(fd);
		usleep(1000);
	}
	int tid = find_thread(child.pid);
	snprintf(path, sizeof path, "/proc/%d/task/%d", child.pid, tid);
	if (!identify_task(path, types[type].name, &identity)) return false;
	say_made(place, type, &identity, "\"pid\":%d,\"tid\":%d", child.pid, tid);
	return true;
}

/* The pid namespace gets an init that ends at once: with one, even a dead one, /proc shows the link. */
static int unshare_for_children(struct answer *answer, const void *type) {
	(void)answer;
	enum type wanted = *(const enum type *)type;
	if (unshare(types[wanted].flag) < 0) return fail_fd("unshare");
	if (wanted != PID) return NOTHING;
	pid_t init = fork();
	if (init == 0) _exit(0);
	if (init < 0 || waitpid(init, NULL, 0) != init) return fail_fd("fork");
	return NOTHING;
}

static bool make_for_children(const struct place *place, enum type type) {
	struct child child;
	struct identity identity;
	char directory[32], link[32];
	if (!spawn(&child, 0, unshare_for_children, &type)) return false;
	keep(&child);
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	snprintf(link, sizeof link, "%s_for_children", types[type].name);
	if (!identify_task(directory, link, &identity)) return false;
	say_made(place, type, &identity, "\"pid\":%d", child.pid);
	return true;
}

static int unshare_pid(struct answer *answer, const void *argument) {
	(void)answer;
	(void)argument;
	return unshare(CLONE_NEWPID) < 0 ? fail_fd("unshare") : NOTHING;
}

static bool make_unborn(const struct place *place, enum type type) {
	struct child child;
	struct identity identity;
	if (!spawn(&child, 0, unshare_pid, NULL)) return false;
	int pidfd = syscall(SYS_pidfd_open, child.pid, 0);
	int fd = ioctl(pidfd, PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE, 0);
	bool done = fd >= 0 ? identify(fd, &identity) : fail("ioctl(PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE)");
	close(fd);
	close(pidfd);
	if (!done) return end(&child), false;
	keep(&child);
	say_made(place, type, &identity, "\"pid\":%d", child.pid);
	return true;
}

static bool make_thread_fd(const struct place *place, enum type type) {
	struct child child;
	if (!spawn(&child, 0, open_thread, &type)) return false;
	keep(&child);
	say_made(place, type, &child.answer.made, "\"pid\":%d,\"tid\":%d,\"fd\":%d", child.pid, find_thread(child.pid),
	         child.answer.number);
	return true;
}

const struct place task_places[] = {
	{"process", "a process is a member (/proc/PID/ns)", ALL, make_process, "", {0}},
	{"thread", "a thread beside the leader did unshare(2); /proc/PID/task/TID/ns alone shows it",
	 BIT(CGROUP) | BIT(IPC) | BIT(MNT) | BIT(NET) | BIT(UTS), make_thread, "",
	 {[PID] = "the threads of a process share its pid namespace",
	  [TIME] = "unshare changes time_for_children alone, and setns wants a single thread",
	  [USER] = "unshare and setns of a user namespace want a single thread"}},
	{"thread-leader-exited", "the leader of a member has exited: the zombie's links are gone, its threads' are there", ALL,
	 make_leaderless, "", {0}},
	{"for-children", "a process has unshared it for its children, and has none (pid_for_children, time_for_children)",
	 BIT(PID) | BIT(TIME), make_for_children, "only pid and time have a namespace for children", {0}},
	{"for-children-unborn", "as for-children, but no init was ever made: before Linux 7.1 /proc shows no link (ENOENT)", BIT(PID),
	 make_unborn, "only a pid namespace waits for its first process", {0}},
	{"thread-fd", "an open descriptor in the table of a thread that has one of its own (/proc/PID/task/TID/fd)", ALL,
	 make_thread_fd, "", {0}},
	{0},
};
