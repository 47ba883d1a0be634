/*
 * turnover: makes namespaces and ends them, one at a time, and looks how soon a namespacefs shows that.
 *   turnover DIR COUNT HOW
 * HOW is process: each ends with the process that is in it; descriptor: nobody is in it any more, and the descriptor that
 * kept it is closed; mount: the same of a bind mount, in a mount namespace of this program's own. The types come in turn.
 * It prints a line for each: the type, microseconds until the directory was there, and until it was gone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned long flag;
} types[] = {{"uts", CLONE_NEWUTS},	  {"ipc", CLONE_NEWIPC}, {"cgroup", CLONE_NEWCGROUP}, {"net", CLONE_NEWNET},
	     {"user", CLONE_NEWUSER}, {"pid", CLONE_NEWPID}, {"mnt", CLONE_NEWNS}};
#define TYPES (sizeof types / sizeof *types)
#define MOST_US 20000000L

static void fail(const char *what) {
	fprintf(stderr, "turnover: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long now_us(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static void rest(long us) {
	struct timespec time = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
	nanosleep(&time, NULL);
}

/* A look a millisecond. */
static long wait_until(const char *path, int there, long since) {
	struct stat unused;
	for (;;) {
		int is_there = stat(path, &unused) == 0;
		long us = now_us() - since;
		if (is_there == there || us > MOST_US) return us;
		rest(1000);
	}
}

static pid_t start(unsigned long flag) {
	pid_t pid = (pid_t)syscall(SYS_clone, flag | SIGCHLD, NULL, NULL, NULL, 0);
	if (pid < 0) fail("clone");
	if (pid > 0) return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) pause();
}

static void end(pid_t pid) {
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(int count, char **words) {
	long rounds = count == 4 ? atol(words[2]) : 0;
	const char *how = count == 4 ? words[3] : "";
	int by_process = !strcmp(how, "process"), by_mount = !strcmp(how, "mount");
	if (rounds < 1 || (!by_process && !by_mount && strcmp(how, "descriptor")))
		return fprintf(stderr, "usage: turnover DIR COUNT process|descriptor|mount\n"), 2;
	char pin[] = "/tmp/nscope-turnover-XXXXXX";
	if (by_mount) {
		int fd = mkstemp(pin);
		if (fd < 0) fail("mkstemp");
		close(fd);
	}
	/* So that the mount is nobody else's, and one of which no process outside is told. */
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) fail("unshare");
	for (long i = 0; i < rounds; i++) {
		/* A mount namespace cannot be mounted below itself or an older one. */
		size_t kind = (size_t)i % (by_mount ? TYPES - 1 : TYPES);
		char link[64], path[4096];
		struct stat namespace;
		long since = now_us();
		pid_t pid = start(types[kind].flag);
		snprintf(link, sizeof link, "/proc/%d/ns/%s", pid, types[kind].name);
		int fd = open(link, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &namespace)) fail(link);
		snprintf(path, sizeof path, "%s/%s/%lu", words[1], types[kind].name, (unsigned long)namespace.st_ino);
		long appeared = wait_until(path, 1, since);
		if (by_mount && mount(link, pin, NULL, MS_BIND, NULL)) fail("mount");
		if (by_process || by_mount) close(fd);
		end(pid);
		if (!by_process) {
			/* Until whatever its end has stirred up is over. */
			rest(1300000);
			since = now_us();
			if (by_mount && umount(pin)) fail("umount");
			if (!by_mount) close(fd);
		} else since = now_us();
		long vanished = wait_until(path, 0, since);
		printf("%s %ld %ld\n", types[kind].name, appeared, vanished);
		fflush(stdout);
		rest(20000 + i * 7919 % 40000);
	}
	if (by_mount) unlink(pin);
	return 0;
}
