/*
 * Making a process step by step: JavaScript lists the system calls, a child makes them in that order and tells of the
 * one that failed. What runs in the child runs after fork in a copy of a process with threads: system calls and what
 * signal-safety(7) allows, no malloc and no locks.
 */
#ifndef NSCOPE_SPAWN_H
#define NSCOPE_SPAWN_H
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct step;

struct child {
	int socket; /* to the parent; closed by exec */
	int32_t step; /* which one is being taken */
};

struct step_kind {
	const char *name;
	const char *shape; /* the arguments: i a number, s a string or null, l a list of strings or null, n a list of numbers */
	int (*take)(struct child *child, const struct step *step); /* 0, or an errno */
};

struct step {
	const struct step_kind *kind;
	int64_t numbers[2];
	char *texts[4];
	char **lists[3]; /* each ends with NULL */
	uint32_t *ids;
	size_t id_count;
};

/* What the two ends of the socket say to each other; also written in src/kernel/own/spawn.ts. */
enum { MESSAGE_SYNC = 1, MESSAGE_PID, MESSAGE_FAILED };
struct message {
	int32_t what, step, value, err;
};

/* steps.c */
const struct step_kind *find_step_kind(const char *name);
__attribute__((noreturn)) void take_steps(struct child *child, const struct step *steps, size_t count);
pid_t clone_process(uint64_t flags);
void reset_signals(void);
void send_message(int socket, int32_t what, int32_t step, int32_t value, int32_t err);

/* exec.c */
void keep_standard_descriptors(void);
int take_exec(struct child *child, const struct step *step);

/* guard.c */
int take_guard(struct child *child, const struct step *step);
void close_others(int kept); /* kept: above 2 */

/* init.c */
int take_init(struct child *child, const struct step *step);
int take_prompt(struct child *child, const struct step *step);
int take_orphan(struct child *child, const struct step *step);

/* trace.c */
int take_trace(struct child *child, const struct step *step);

/* child-events.c: what happens to a process that waits for its children. */
struct event {
	enum { EVENT_NOTHING, EVENT_CHILD, EVENT_SIGNAL, EVENT_INPUT } what;
	pid_t pid; /* the child, or the sender of the signal */
	int status; /* of the child, as waitpid gives it */
	int signal, code; /* the signal and its si_code */
};
bool watch_signals(const sigset_t *signals);
int signal_descriptor(void); /* readable when next_event has something to say; -1 before watch_signals */
int next_event(struct event *event, int input, int timeout_ms); /* 0, or an errno */
#endif
