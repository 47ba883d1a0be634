/* waitpid(2), sigaction(2), tcsetpgrp(3): waiting for a child as a shell does; what happens comes as events (child-events.c). */
#include "addon.h"
#include "init.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void set(napi_env env, napi_value object, const char *name, int64_t value) {
	napi_set_named_property(env, object, name, make_int(env, value));
}

static bool watch_forwarded(void) {
	sigset_t forwarded;
	fill_forwarded(&forwarded);
	/* V8's profiler has its own use for it. */
	sigdelset(&forwarded, SIGPROF);
	return watch_signals(&forwarded);
}

/*
 * watchSignals(): all that can be passed on to a command. → a descriptor that is readable when nextEvent has something to
 * say; it is not to be read or closed.
 */
static napi_value watch(napi_env env, napi_callback_info info) {
	(void)info;
	return watch_forwarded() ? make_int(env, signal_descriptor()) : throw_errno(env, errno, "pipe2");
}

/*
 * nextEvent(input: number, timeoutMs: number) → {what: "nothing"}, {what: "input"}, {what: "signal", signal, code, pid},
 * {what: "exited", pid, status}, {what: "killed", pid, signal}, {what: "stopped", pid, signal}, {what: "continued", pid}
 */
static napi_value next(napi_env env, napi_callback_info info) {
	napi_value args[2], result, name;
	int32_t input, timeout;
	struct event event;
	if (!read_arguments(env, info, 2, args) || !read_int(env, args[0], &input) || !read_int(env, args[1], &timeout)) return NULL;
	int err = next_event(&event, input, timeout);
	if (err) return throw_errno(env, err, "poll");
	const char *what = "nothing";
	if (napi_create_object(env, &result) != napi_ok) return NULL;
	if (event.what != EVENT_NOTHING && event.what != EVENT_INPUT) set(env, result, "pid", event.pid);
	if (event.what == EVENT_INPUT) what = "input";
	else if (event.what == EVENT_SIGNAL) {
		what = "signal";
		set(env, result, "signal", event.signal);
		set(env, result, "code", event.code);
	} else if (event.what == EVENT_CHILD && WIFEXITED(event.status)) {
		what = "exited";
		set(env, result, "status", WEXITSTATUS(event.status));
	} else if (event.what == EVENT_CHILD && WIFSIGNALED(event.status)) {
		what = "killed";
		set(env, result, "signal", WTERMSIG(event.status));
	} else if (event.what == EVENT_CHILD && WIFSTOPPED(event.status)) {
		what = "stopped";
		set(env, result, "signal", WSTOPSIG(event.status));
	} else if (event.what == EVENT_CHILD) what = "continued";
	if (napi_create_string_utf8(env, what, NAPI_AUTO_LENGTH, &name) != napi_ok) return NULL;
	napi_set_named_property(env, result, "what", name);
	return result;
}

/* waitForChild(pid: number) → the status as waitpid gives it */
static napi_value wait_for(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t pid;
	int status;
	pid_t got;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &pid)) return NULL;
	while ((got = waitpid(pid, &status, 0)) < 0 && errno == EINTR) continue;
	return got < 0 ? throw_errno(env, errno, "waitpid") : make_int(env, status);
}

/* getForeground(fd: number) → the terminal's foreground process group, or -1 where `fd` is no terminal of this session */
static napi_value get_foreground(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t fd;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &fd)) return NULL;
	return make_int(env, tcgetpgrp(fd));
}

/* setForeground(fd: number, group: number): also from the background */
static napi_value set_foreground(napi_env env, napi_callback_info info) {
	napi_value args[2];
	int32_t fd, group;
	sigset_t stop, before;
	if (!read_arguments(env, info, 2, args) || !read_int(env, args[0], &fd) || !read_int(env, args[1], &group)) return NULL;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTTOU);
	sigprocmask(SIG_BLOCK, &stop, &before);
	int err = tcsetpgrp(fd, group) < 0 ? errno : 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return err ? throw_errno(env, err, "tcsetpgrp") : NULL;
}

/* getGroup(pid: number) → the process group of a process, of the caller where `pid` is 0 */
static napi_value get_group(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t pid;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &pid)) return NULL;
	pid_t group = getpgid(pid);
	return group < 0 ? throw_errno(env, errno, "getpgid") : make_int(env, group);
}

/* endProcess(status: number): at once, without what Node does at its end (it would set the terminal's modes back). */
static napi_value end(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t status;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &status)) return NULL;
	_exit(status);
}

/* endBySignal(signal: number): as a process that this signal kills */
static napi_value end_by_signal(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t number;
	sigset_t set;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &number)) return NULL;
	sigemptyset(&set);
	sigaddset(&set, number);
	signal(number, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	kill(getpid(), number);
	_exit(128 + number);
}

static void be_reaper(void) {
	/* What its descendants leave comes to it also where it is not PID 1. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/* becomeInit(command: number, verbose: number): waits for the command and ends with its status; returns never. */
static napi_value become_init(napi_env env, napi_callback_info info) {
	napi_value args[2];
	int32_t command, verbose;
	if (!read_arguments(env, info, 2, args) || !read_int(env, args[0], &command) || !read_int(env, args[1], &verbose)) return NULL;
	if (!watch_forwarded()) return throw_errno(env, errno, "pipe2");
	_exit(be_init(command, verbose));
}

/* becomePrompt(verbose: number): reads commands to the end of the input; returns never. */
static napi_value become_prompt(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t verbose;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &verbose)) return NULL;
	be_reaper();
	if (!watch_prompt_signals()) return throw_errno(env, errno, "pipe2");
	_exit(be_prompt(verbose, environ));
}

/* becomeOrphan(): makes a child and ends before it does; returns only where there may be no more processes. */
static napi_value become_orphan(napi_env env, napi_callback_info info) {
	(void)info;
	return throw_errno(env, make_orphan(), "clone");
}

/* becomeSubreaper() */
static napi_value become_subreaper(napi_env env, napi_callback_info info) {
	(void)env;
	(void)info;
	be_reaper();
	return NULL;
}

void init_wait(napi_env env, napi_value exports) {
	export_function(env, exports, "watchSignals", watch);
	export_function(env, exports, "nextEvent", next);
	export_function(env, exports, "waitForChild", wait_for);
	export_function(env, exports, "getForeground", get_foreground);
	export_function(env, exports, "setForeground", set_foreground);
	export_function(env, exports, "getGroup", get_group);
	export_function(env, exports, "endProcess", end);
	export_function(env, exports, "endBySignal", end_by_signal);
	export_function(env, exports, "becomeInit", become_init);
	export_function(env, exports, "becomePrompt", become_prompt);
	export_function(env, exports, "becomeOrphan", become_orphan);
	export_function(env, exports, "becomeSubreaper", become_subreaper);
}
