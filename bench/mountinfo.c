/*
 * mountinfo: mount namespaces with many mounts, and the yardstick: one thread reads the mountinfo of each once and keeps
 * nothing.
 *   mountinfo NAMESPACES MOUNTS
 * Half of the mounts are copied with the mount namespace, half are its own: of a file system of its own. The first line
 * has the PIDs: {"pids":[812,…]}. Then, for each line of standard input, it reads once and prints
 * {"ms":151.2,"cpuMs":150.9,"bytes":12345678}. At the end of standard input all ends.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(clockid_t clock) {
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void must(int result, const char *what) {
	if (result >= 0) return;
	perror(what);
	exit(1);
}

/* A file system with directories that are mounted over themselves. */
static void fill(const char *directory, long mounts) {
	char path[300];
	must(mount("bench", directory, "tmpfs", 0, NULL), "mount");
	for (long i = 0; i < mounts; i++) {
		snprintf(path, sizeof path, "%s/directory-%ld", directory, i);
		must(mkdir(path, 0755), "mkdir");
		must(mount(path, path, NULL, MS_BIND, NULL), "bind");
	}
}

static void read_once(const pid_t *pids, long count) {
	static char buffer[1 << 20];
	double started = now_ms(CLOCK_MONOTONIC), cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID);
	size_t bytes = 0;
	for (long i = 0; i < count; i++) {
		char path[64];
		snprintf(path, sizeof path, "/proc/%d/mountinfo", (int)pids[i]);
		int file = open(path, O_RDONLY | O_CLOEXEC);
		must(file, path);
		for (ssize_t got; (got = read(file, buffer, sizeof buffer)) > 0;) bytes += (size_t)got;
		close(file);
	}
	printf("{\"ms\":%.3f,\"cpuMs\":%.3f,\"bytes\":%zu}\n", now_ms(CLOCK_MONOTONIC) - started,
	       now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu, bytes);
	fflush(stdout);
}

int main(int count, char **words) {
	long namespaces = count > 1 ? strtol(words[1], NULL, 10) : 500;
	long mounts = count > 2 ? strtol(words[2], NULL, 10) : 200;
	pid_t *pids = calloc((size_t)namespaces + 1, sizeof *pids);
	char room[] = "/tmp/nscope-mountinfo-XXXXXX", shared[64], own[64];
	int ready[2];
	if (!pids || !mkdtemp(room)) return perror("mkdtemp"), 1;
	must(unshare(CLONE_NEWNS), "unshare");
	must(mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
	must(mount("bench", room, "tmpfs", 0, NULL), "mount");
	snprintf(shared, sizeof shared, "%s/shared", room);
	snprintf(own, sizeof own, "%s/own", room);
	must(mkdir(shared, 0755), shared);
	must(mkdir(own, 0755), own);
	fill(shared, mounts / 2);
	must(pipe2(ready, O_CLOEXEC), "pipe");
	for (long i = 0; i < namespaces; i++) {
		must(pids[i] = fork(), "fork");
		if (pids[i] > 0) continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		must(unshare(CLONE_NEWNS), "unshare");
		fill(own, mounts / 2);
		must((int)write(ready[1], "x", 1), "write");
		for (;;) pause();
	}
	close(ready[1]);
	char byte;
	for (long i = 0; i < namespaces; i++)
		if (read(ready[0], &byte, 1) != 1) return fprintf(stderr, "a mount namespace could not be made\n"), 1;
	printf("{\"pids\":[");
	for (long i = 0; i < namespaces; i++) printf("%s%d", i ? "," : "", (int)pids[i]);
	printf("]}\n");
	fflush(stdout);
	for (int character; (character = getchar()) != EOF;)
		if (character == '\n') read_once(pids, namespaces);
	for (long i = 0; i < namespaces; i++) kill(pids[i], SIGKILL);
	while (wait(NULL) > 0) {}
	umount2(room, MNT_DETACH);
	rmdir(room);
	return 0;
}
