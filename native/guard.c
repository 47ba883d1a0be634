/*
 * A process that ends a command when nscope is killed: SIGKILL cannot be caught, PR_SET_PDEATHSIG is forgotten by a
 * program that changes its user, and what the command has started would stay anyway.
 */
#include "spawn.h"
#include "directory-entry.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DEEPEST = 256 };

static void end_tree(pid_t pid, int depth);

/* /proc/PID/task/TID/children: PIDs with blanks between them. */
static void end_children(const char *path, int depth) {
	char text[4096];
	size_t kept = 0;
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return;
	while ((got = read(fd, text + kept, sizeof text - 1 - kept)) > 0) {
		char *word = text, *end;
		text[kept + got] = 0;
		/* The last number may go on in the next piece. */
		while ((end = strchr(word, ' '))) {
			pid_t child = atoi(word);
			if (child > 1) end_tree(child, depth + 1);
			word = end + 1;
		}
		kept = strlen(word);
		memmove(text, word, kept);
	}
	close(fd);
}

/* In a /proc of another pid namespace the numbers mean other processes. */
static bool proc_is_ours(void) {
	char text[4096], *pids, *last;
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0) close(fd);
	if (got < 0) return false;
	text[got] = 0;
	/* NSpid has one number for each pid namespace from that of /proc to one's own; before Linux 4.1 there is none. */
	if (!(pids = strstr(text, "\nNSpid:\t"))) return true;
	strtol(pids + 8, &last, 10);
	return *last == '\n';
}

/* Stopped first, so that no process has another child between the look and its end. */
static void end_tree(pid_t pid, int depth) {
	char path[64], entries[2048];
	long got;
	if (kill(pid, SIGSTOP) < 0 || depth > DEEPEST) return;
	if (!proc_is_ours()) {
		kill(pid, SIGKILL);
		return;
	}
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && (got = syscall(SYS_getdents64, fd, entries, sizeof entries)) > 0)
		for (long at = 0; at < got;) {
			struct directory_entry *entry = (struct directory_entry *)(entries + at);
			at += entry->size;
			if (entry->name[0] == '.') continue;
			snprintf(path, sizeof path, "/proc/%d/task/%.16s/children", pid, entry->name);
			end_children(path, depth);
		}
	if (fd >= 0) close(fd);
	kill(pid, SIGKILL);
}

/* No descriptor but one stays: a pipe that this process held would not end with the command. */
void close_others(int kept) {
	if (syscall(SYS_close_range, 0, kept - 1, 0) == 0 && syscall(SYS_close_range, kept + 1, ~0U, 0) == 0) return;
	for (int fd = 0; fd < 1024; fd++)
		if (fd != kept) close(fd);
}

/* guard(pid): lives until the parent says that the command has ended, or is gone without having said so. */
int take_guard(struct child *child, const struct step *step) {
	pid_t pid = step->numbers[0];
	sigset_t all;
	char word;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	int socket = child->socket;
	/* Above standard error, where close_others has something below it. */
	if (socket < 3) socket = fcntl(child->socket, F_DUPFD_CLOEXEC, 3);
	close_others(socket);
	child->socket = socket;
	if (chdir("/") < 0) errno = 0;
	/* By a pidfd it is seen whether the number is still that of the command. */
	int pidfd = syscall(SYS_pidfd_open, pid, 0);
	send_message(socket, MESSAGE_SYNC, child->step, 0, 0);
	ssize_t got;
	while ((got = recv(socket, &word, 1, 0)) < 0 && errno == EINTR) continue;
	if (got > 0) _exit(0);
	if (pidfd >= 0 && syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) < 0 && errno == ESRCH) _exit(0);
	end_tree(pid, 0);
	_exit(0);
}
