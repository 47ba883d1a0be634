/*
 * load: makes sleeping processes, some of them in namespaces of their own, says so, and ends them all when its standard
 * input ends. Should it be killed, they end with it.
 *   load PROCESSES NAMESPACES [THREADS]
 * Each of the first NAMESPACES processes is in one new namespace, the types in turn; that needs root. Each process has
 * THREADS more threads. It prints one line of JSON: {"processes":n,"namespaces":m}.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const unsigned long flags[] = {CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWPID, CLONE_NEWNET};
#define TYPES (sizeof flags / sizeof *flags)

static void *sleep_too(void *nothing) {
	for (;;) pause();
	return nothing;
}

/* A process that cannot have its threads ends, which whoever waits for the load sees. */
static void sleep_for_ever(long threads, int ready) {
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_attr_t small;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, PTHREAD_STACK_MIN);
	for (long i = 0; i < threads; i++) {
		pthread_t thread;
		if (pthread_create(&thread, &small, sleep_too, NULL)) _exit(1);
	}
	if (threads && write(ready, "", 1) != 1) _exit(1);
	close(ready);
	close(0);
	close(1);
	for (;;) pause();
}

static long read_count(const char *word) {
	char *end;
	long count = strtol(word, &end, 10);
	return *word && !*end && count >= 0 && count <= 100000 ? count : -1;
}

int main(int count, char **words) {
	int whole = count == 3 || count == 4;
	long processes = whole ? read_count(words[1]) : -1, namespaces = whole ? read_count(words[2]) : -1;
	long threads = count == 4 ? read_count(words[3]) : 0;
	if (processes < 0 || namespaces < 0 || threads < 0 || namespaces > processes) {
		fprintf(stderr, "usage: load PROCESSES NAMESPACES [THREADS] (at most 100000, and no more namespaces than processes)\n");
		return 2;
	}
	setpriority(PRIO_PROCESS, 0, 10);
	int status = 0;
	long made = 0;
	pid_t *children = calloc((size_t)processes + 1, sizeof *children);
	int ready[2];
	if (!children) return perror("calloc"), 1;
	if (pipe(ready)) return perror("pipe"), 1;
	for (long i = 0; i < processes && !status; i++) {
		unsigned long flag = i < namespaces ? flags[(unsigned long)i % TYPES] : 0;
		long pid = syscall(SYS_clone, flag | SIGCHLD, NULL, NULL, NULL, 0);
		if (pid == 0) sleep_for_ever(threads, ready[1]);
		if (pid > 0) {
			children[made++] = (pid_t)pid;
		} else {
			fprintf(stderr, "load: process %ld of %ld: clone: %s\n", i + 1, processes, strerror(errno));
			status = 1;
		}
	}
	close(ready[1]);
	long begun = 0;
	for (char byte; threads && !status && begun < made && read(ready[0], &byte, 1) == 1;) begun++;
	if (threads && !status && begun < made) {
		fprintf(stderr, "load: %ld of %ld processes could not have %ld threads\n", made - begun, made, threads);
		status = 1;
	}
	if (!status) {
		printf("{\"processes\":%ld,\"namespaces\":%ld}\n", processes, namespaces);
		fflush(stdout);
		char byte;
		errno = 0;
		while (read(0, &byte, 1) > 0 || errno == EINTR) errno = 0;
	}
	/* One by one and waited for: an orphan may stay a zombie for as long as PID 1 likes. */
	for (long i = 0; i < made; i++) kill(children[i], SIGKILL);
	for (long i = 0; i < made; i++) waitpid(children[i], NULL, 0);
	return status;
}
