/* An init with a prompt: reads commands, gives each to the shell in a process group of its own, reaps what is left. */
#include "init.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { LONGEST_LINE = 4096, MAX_STOPPED = 32 };

struct prompt {
	bool verbose, terminal;
	struct termios modes;
	char **environment;
	pid_t foreground;
	pid_t stopped[MAX_STOPPED];
	int stopped_count;
	int last_status;
	int asked_to_end; /* the signal that asked */
};

static void take_terminal(struct prompt *prompt, pid_t group) {
	if (prompt->terminal) tcsetpgrp(STDIN_FILENO, group);
}

static void forget_stopped(struct prompt *prompt, pid_t pid) {
	int kept = 0;
	for (int i = 0; i < prompt->stopped_count; i++)
		if (prompt->stopped[i] != pid) prompt->stopped[kept++] = prompt->stopped[i];
	prompt->stopped_count = kept;
}

static void take_child(struct prompt *prompt, const struct event *event) {
	bool ended = WIFEXITED(event->status) || WIFSIGNALED(event->status);
	if (prompt->verbose) tell_of_child(event);
	if (ended) forget_stopped(prompt, event->pid);
	if (event->pid != prompt->foreground || WIFCONTINUED(event->status)) return;
	prompt->foreground = 0;
	take_terminal(prompt, getpgrp());
	if (ended) {
		prompt->last_status = to_exit_status(event->status);
		/* A program that was killed may have left the terminal as it had set it for itself. */
		if (prompt->terminal && WIFSIGNALED(event->status)) tcsetattr(STDIN_FILENO, TCSADRAIN, &prompt->modes);
		if (WIFSIGNALED(event->status) && WTERMSIG(event->status) == SIGINT) say("\n");
		return;
	}
	if (prompt->terminal) tcsetattr(STDIN_FILENO, TCSADRAIN, &prompt->modes);
	forget_stopped(prompt, event->pid);
	if (prompt->stopped_count < MAX_STOPPED) prompt->stopped[prompt->stopped_count++] = event->pid;
	say("\n[%d] stopped; fg goes on with it\n", event->pid);
}

/*
 * Whether the kernel would have dropped a signal, were this an init without handlers: pid_namespaces(7). Of senders inside of
 * its namespace all are; those outside have no number here, and what they queue (SI_QUEUE) may claim anything.
 */
static bool is_dropped(const struct event *event) {
	if (getpid() != 1 || event->code == SI_KERNEL) return false;
	return event->pid != 0 || (event->code != SI_USER && event->code != SI_TKILL);
}

static void take_signal(struct prompt *prompt, const struct event *event) {
	switch (event->signal) {
	case SIGHUP:
	case SIGTERM:
		prompt->asked_to_end = event->signal;
		if (prompt->foreground) kill(-prompt->foreground, event->signal);
		break;
	case SIGINT:
	case SIGQUIT:
		if (prompt->foreground && event->code != SI_KERNEL) kill(-prompt->foreground, event->signal);
		break;
	}
}

/* Waits for the foreground command while reaping all others. */
static void wait_for_foreground(struct prompt *prompt) {
	struct event event;
	while (prompt->foreground && !prompt->asked_to_end && next_event(&event, -1, -1) == 0) {
		if (event.what == EVENT_CHILD) take_child(prompt, &event);
		if (event.what == EVENT_SIGNAL && !is_dropped(&event)) take_signal(prompt, &event);
	}
}

/* One line without its end; false at the end of the input, and when a signal asked to end. */
static bool read_line(struct prompt *prompt, char *line) {
	size_t length = 0;
	for (;;) {
		struct event event;
		char byte;
		if (next_event(&event, STDIN_FILENO, -1)) return false;
		if (event.what == EVENT_CHILD) take_child(prompt, &event);
		if (event.what == EVENT_SIGNAL && !is_dropped(&event)) {
			take_signal(prompt, &event);
			if (prompt->asked_to_end) return false;
			if (event.signal == SIGINT) {
				length = 0;
				say("\ninit$ ");
			}
		}
		if (event.what != EVENT_INPUT) continue;
		/* A byte at a time: what follows the line belongs to the command that it starts. */
		ssize_t got = read(STDIN_FILENO, &byte, 1);
		if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
		if (got <= 0 && length == 0) return false;
		if (got <= 0 || byte == '\n') break;
		if (length < LONGEST_LINE - 1) line[length++] = byte;
	}
	line[length] = 0;
	return true;
}

static const char *const shells_own[] = {"if", "for", "while", "until", "case", "cd", "type", "ulimit", "umask", "command", "set",
	"export", "unset", "alias", "read", "wait", "eval", "exec", "times", "trap", "hash", ".", ":"};

/* A program and its words, for which the shell can make way: then the child that is made is the program itself. */
static bool is_program(const char *line) {
	size_t length = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-");
	if (length == 0 || (line[length] != 0 && line[length] != ' ') || strpbrk(line, ";&|(){}`")) return false;
	for (size_t i = 0; i < sizeof shells_own / sizeof *shells_own; i++)
		if (strlen(shells_own[i]) == length && strncmp(line, shells_own[i], length) == 0) return false;
	return true;
}

static void start(struct prompt *prompt, char *line) {
	pid_t pid = clone_process(0);
	if (pid < 0) {
		say("init: %s\n", strerror(errno));
		return;
	}
	if (pid == 0) {
		static char replacing[LONGEST_LINE + 8] = "exec ";
		if (is_program(line)) strcat(replacing, line);
		char *words[] = {"sh", "-c", replacing[5] ? replacing : line, NULL};
		setpgid(0, 0);
		take_terminal(prompt, getpid());
		reset_signals();
		keep_standard_descriptors();
		/* The demonstration needs no program, whose threads would take the next PIDs. */
		if (strcmp(line, "orphan") == 0) _exit(make_orphan());
		execve("/bin/sh", words, prompt->environment);
		say("init: /bin/sh: %s\n", strerror(errno));
		_exit(127);
	}
	setpgid(pid, pid);
	prompt->foreground = pid;
	if (prompt->verbose) say("\tinit: created child %d\n", pid);
}

/* fg and bg, with the PID of a stopped command or for the last one. */
static void go_on(struct prompt *prompt, const char *rest, bool foreground) {
	pid_t pid = atoi(rest);
	if (pid == 0 && prompt->stopped_count > 0) pid = prompt->stopped[prompt->stopped_count - 1];
	int before = prompt->stopped_count;
	forget_stopped(prompt, pid);
	if (prompt->stopped_count == before) {
		say("init: there is no such stopped command\n");
		return;
	}
	if (foreground) {
		prompt->foreground = pid;
		take_terminal(prompt, pid);
	}
	kill(-pid, SIGCONT);
}

static bool is_word(const char *line, const char *word, const char **rest) {
	size_t length = strlen(word);
	if (strncmp(line, word, length) != 0 || (line[length] != 0 && line[length] != ' ')) return false;
	*rest = line + length;
	return true;
}

int be_prompt(bool verbose, char **environment) {
	static struct prompt prompt;
	static char line[LONGEST_LINE];
	const char *rest;
	prompt = (struct prompt){.verbose = verbose, .environment = environment};
	prompt.terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &prompt.modes) == 0;
	if (verbose) say("\tinit: my PID is %d\n", getpid());
	/* A group of its own in the foreground; who takes the terminal from the background is stopped unless it ignores that. */
	signal(SIGTTOU, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	pid_t before = prompt.terminal ? tcgetpgrp(STDIN_FILENO) : -1;
	setpgid(0, 0);
	take_terminal(&prompt, getpgrp());
	for (;;) {
		say("init$ ");
		if (!read_line(&prompt, line)) break;
		char *command = line + strspn(line, " \t");
		if (*command == 0) continue;
		if (is_word(command, "exit", &rest)) {
			if (*rest) prompt.last_status = atoi(rest) & 255;
			return prompt.last_status;
		}
		if (is_word(command, "fg", &rest)) go_on(&prompt, rest, true);
		else if (is_word(command, "bg", &rest)) go_on(&prompt, rest, false);
		else start(&prompt, command);
		wait_for_foreground(&prompt);
		if (prompt.asked_to_end) break;
	}
	if (verbose) say("\tinit: exiting");
	say("\n");
	/* Its parent may be of another pid namespace, whose group has no number here. */
	if (before > 0) take_terminal(&prompt, before);
	return prompt.asked_to_end ? 128 + prompt.asked_to_end : 0;
}

bool watch_prompt_signals(void) {
	static const int watched[] = {SIGCHLD, SIGINT, SIGQUIT, SIGTSTP, SIGHUP, SIGTERM};
	sigset_t signals;
	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) sigaddset(&signals, watched[i]);
	return watch_signals(&signals);
}

/* prompt(verbose, environment): the process is such an init from here on */
int take_prompt(struct child *child, const struct step *step) {
	reset_signals();
	if (!watch_prompt_signals()) return errno;
	/* The parent takes the closed socket for what exec would do. */
	close(child->socket);
	_exit(be_prompt(step->numbers[0], step->lists[0] ? step->lists[0] : environ));
}
