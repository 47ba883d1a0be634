/*
 * Being PID 1: adopts and reaps whatever its namespace leaves, and passes signals on to the command it was made for.
 * Without threads and without JavaScript, so that no PID of the namespace is taken by anything else.
 */
#include "spawn.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "init.h"

void say(const char *format, ...) {
	char text[512];
	va_list values;
	va_start(values, format);
	int length = vsnprintf(text, sizeof text, format, values);
	va_end(values);
	size_t size = length < (int)sizeof text ? (size_t)length : sizeof text - 1, at = 0;
	while (at < size) {
		ssize_t wrote = write(STDOUT_FILENO, text + at, size - at);
		if (wrote < 0 && errno != EINTR) return;
		if (wrote > 0) at += wrote;
	}
}

int to_exit_status(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

/* What a child tells of itself, with -v. */
void tell_of_child(const struct event *event) {
	if (WIFEXITED(event->status) || WIFSIGNALED(event->status)) say("\tinit: SIGCHLD handler: PID %d terminated\n", event->pid);
	else if (WIFSTOPPED(event->status)) say("\tinit: SIGCHLD handler: PID %d stopped\n", event->pid);
	else say("\tinit: SIGCHLD handler: PID %d continued\n", event->pid);
}

/* All but those that a fault of its own raises, those that nobody can catch, and two that the C library keeps. */
void fill_forwarded(sigset_t *signals) {
	static const int kept[] = {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPIPE, SIGTTIN, SIGTTOU, 32, 33};
	sigfillset(signals);
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) sigdelset(signals, kept[i]);
}

/* A signal of the terminal went to all of its foreground process group, the command among them if it is still in it. */
static void forward(const struct event *event, pid_t command) {
	if (event->code == SI_KERNEL && getpgid(command) == getpgrp()) return;
	if (event->pid == command && event->code <= 0) return;
	kill(command, event->signal);
}

int be_init(pid_t command, bool verbose) {
	for (;;) {
		struct event event;
		if (next_event(&event, -1, -1)) return 2;
		if (event.what == EVENT_SIGNAL) forward(&event, command);
		if (event.what != EVENT_CHILD) continue;
		if (verbose) tell_of_child(&event);
		if (event.pid != command) continue;
		if (WIFEXITED(event.status) || WIFSIGNALED(event.status)) return to_exit_status(event.status);
	}
}

/* init(): this process is the init from here on; the following steps are those of its child. */
int take_init(struct child *child, const struct step *step) {
	sigset_t forwarded;
	(void)step;
	fill_forwarded(&forwarded);
	reset_signals();
	if (!watch_signals(&forwarded)) return errno;
	pid_t command = clone_process(0);
	if (command < 0) return errno;
	if (command == 0) {
		reset_signals();
		return 0;
	}
	prctl(PR_SET_NAME, "init", 0, 0, 0);
	/* The parent waits for the end of the conversation, which exec is for the command. */
	close(child->socket);
	_exit(be_init(command, false));
}

static void be_orphan(pid_t parent) {
	while (getppid() == parent) usleep(10000);
	say("Child  (PID=%d) now an orphan (parent PID=%d)\n", getpid(), getppid());
	say("Child  (PID=%d) terminating\n", getpid());
	_exit(0);
}

int make_orphan(void) {
	pid_t parent = getpid(), made = clone_process(0);
	if (made < 0) return errno;
	if (made == 0) be_orphan(parent);
	say("Parent (PID=%d) created child with PID %d\n", parent, made);
	say("Parent (PID=%d; PPID=%d) terminating\n", parent, getppid());
	_exit(0);
}

/* orphan(): makes a child and ends before it does; the child waits for its new parent, and ends too. */
int take_orphan(struct child *child, const struct step *step) {
	(void)step;
	close(child->socket);
	reset_signals();
	return make_orphan();
}
