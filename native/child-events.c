/*
 * sigaction(2), waitpid(2): what happens to a process that waits for its children. Signals come through a pipe that a
 * handler writes to, so that it makes no difference which thread receives them.
 */
#include "spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct received {
	int signal, code;
	pid_t pid;
};

static int ends[2] = {-1, -1};

static void note_signal(int signal, siginfo_t *info, void *context) {
	int kept = errno;
	struct received received = {signal, info->si_code, info->si_code <= 0 ? info->si_pid : 0};
	(void)context;
	/* A full pipe loses a signal that came thousands of times unread; children are looked for anyway. */
	if (write(ends[1], &received, sizeof received) < 0) errno = 0;
	errno = kept;
}

/* Watches these signals from now on. */
bool watch_signals(const sigset_t *signals) {
	struct sigaction action = {.sa_sigaction = note_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
	static pid_t owner;
	/* A second call of one process keeps what has come meanwhile; a child has a pipe of its own. */
	if (owner != getpid()) {
		for (int i = 0; i < 2; i++)
			if (ends[i] >= 0) close(ends[i]);
		if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) return false;
		owner = getpid();
	}
	sigfillset(&action.sa_mask);
	for (int signal = 1; signal < NSIG; signal++)
		if (sigismember(signals, signal) == 1) sigaction(signal, &action, NULL);
	sigprocmask(SIG_UNBLOCK, signals, NULL);
	return true;
}

int signal_descriptor(void) { return ends[0]; }

/*
 * The next thing that happens: a child that ended, stopped or went on; a signal; `input` (or -1) becoming readable.
 * EVENT_NOTHING after `timeout_ms` (-1: never).
 */
int next_event(struct event *event, int input, int timeout_ms) {
	for (;;) {
		struct pollfd polled[2] = {{.fd = ends[0], .events = POLLIN}, {.fd = input, .events = POLLIN}};
		struct received received;
		memset(event, 0, sizeof *event);
		event->pid = waitpid(-1, &event->status, WNOHANG | WUNTRACED | WCONTINUED);
		if (event->pid > 0) return event->what = EVENT_CHILD, 0;
		int ready = poll(polled, input < 0 ? 1 : 2, timeout_ms);
		if (ready < 0 && errno != EINTR) return errno;
		if (ready == 0) return 0;
		if (read(ends[0], &received, sizeof received) == sizeof received) {
			if (received.signal == SIGCHLD) continue;
			*event = (struct event){EVENT_SIGNAL, received.pid, 0, received.signal, received.code};
			return 0;
		}
		if (ready > 0 && input >= 0 && polled[1].revents) return event->what = EVENT_INPUT, event->pid = 0, 0;
	}
}
