/* What the two kinds of init share: the one for a command (init.c) and the one with a prompt (prompt.c). */
#ifndef NSCOPE_INIT_H
#define NSCOPE_INIT_H
#include "spawn.h"

__attribute__((format(printf, 1, 2))) void say(const char *format, ...);
int to_exit_status(int status);
void tell_of_child(const struct event *event);
void fill_forwarded(sigset_t *signals);
/* Waits until `command` has ended; gives its exit status. */
int be_init(pid_t command, bool verbose);
/* Makes a child that outlives this process; gives an errno, or does not return. */
int make_orphan(void);
/* Reads and runs commands until the end of the input; gives an exit status. */
int be_prompt(bool verbose, char **environment);
bool watch_prompt_signals(void);
#endif
