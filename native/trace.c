/*
 * ptrace(2): follows a command and all that it starts, and reports its calls about namespaces that failed. A stop at the
 * entry of a call comes before any filter of seccomp(2): a call that a filter refuses is seen as well, which neither a
 * filter of one's own nor user notification would show. A task that is reported stands still until the parent has looked at it.
 */
#include "addon.h"
#include "spawn.h"
#include "trace.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined __x86_64__
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#define NATIVE_ARCH 0
#endif

/* include/uapi/linux/ptrace.h, since Linux 5.3; the C libraries have names of their own for it. */
#define GET_SYSCALL_INFO 0x420e
enum { INFO_ENTRY = 1, INFO_EXIT = 2 };
struct syscall_info {
	uint8_t op, pad[3];
	uint32_t arch;
	uint64_t instruction_pointer, stack_pointer;
	union {
		struct {
			uint64_t number, args[6];
		} entry;
		struct {
			int64_t value;
			uint8_t is_error;
		} exit;
	};
};

/* Numbers that old headers have not; alike on all architectures since Linux 5.0. */
enum { OPEN_TREE = 428, MOVE_MOUNT = 429, FSMOUNT = 432, CLONE3 = 435, MOUNT_SETATTR = 442 };

static const struct watched {
	long number;
	const char *name;
	int8_t texts[TEXTS]; /* which arguments are texts, counted from 1 */
} watched[] = {
	{SYS_unshare, "unshare", {0}},
	{SYS_clone, "clone", {0}},
	{CLONE3, "clone3", {0}},
	{SYS_setns, "setns", {0}},
	{SYS_mount, "mount", {1, 2, 3}},
	{SYS_umount2, "umount2", {0, 1}},
	{SYS_pivot_root, "pivot_root", {2, 1}},
	{SYS_chroot, "chroot", {0, 1}},
	{SYS_setgroups, "setgroups", {0}},
	{SYS_setuid, "setresuid", {0}},
	{SYS_setresuid, "setresuid", {0}},
	{SYS_setgid, "setresgid", {0}},
	{SYS_setresgid, "setresgid", {0}},
	{SYS_write, "write", {2}},
	{SYS_openat, "openat", {0, 2}},
	{SYS_sethostname, "sethostname", {0}},
	{OPEN_TREE, "open_tree", {0, 2}},
	{MOVE_MOUNT, "move_mount", {2, 4}},
	{FSMOUNT, "fsmount", {0}},
	{MOUNT_SETATTR, "mount_setattr", {0, 2}},
#ifdef SYS_open
	{SYS_open, "openat", {0, 1}},
#endif
};

/* A task that is followed, and the call that it is in. */
struct task {
	pid_t pid; /* 0: this place is free */
	const struct watched *call;
	uint64_t args[6];
	uint64_t flags; /* of clone3, whose flags lie in memory */
};

/* More are followed, and their calls are not reported. */
static struct task tasks[8192];

static struct task *find_task(pid_t pid, bool make) {
	struct task *unused = NULL;
	for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
		if (tasks[i].pid == pid) return &tasks[i];
		if (tasks[i].pid == 0) {
			if (!unused) unused = &tasks[i];
			if (!make) continue;
		}
	}
	if (make && unused) *unused = (struct task){.pid = pid};
	return make ? unused : NULL;
}

static char *text_of(struct traced_call *told, int i) { return told->texts + i * TEXT_BYTES; }

static bool read_word(pid_t pid, uint64_t address, uint64_t *word) {
	errno = 0;
	*word = (uint64_t)ptrace(PTRACE_PEEKDATA, pid, (void *)(uintptr_t)address, NULL);
	return errno == 0;
}

static void read_memory_text(pid_t pid, uint64_t address, char *text) {
	uint64_t word;
	size_t at = 0;
	text[0] = '\0';
	if (address == 0) return;
	/* A page may end in the middle of what follows, but never in a word. */
	for (uint64_t here = address & ~7ULL; at < TEXT_BYTES - 1 && read_word(pid, here, &word); here += 8)
		for (unsigned i = here < address ? address & 7 : 0; i < 8 && at < TEXT_BYTES - 1; i++) {
			text[at] = (char)(word >> (8 * i));
			if (text[at] == '\0') return;
			at++;
		}
	text[at] = '\0';
}

/* Sends it, and waits until the parent has looked. */
static void tell(int socket, const struct traced_call *told) {
	char word;
	ssize_t got;
	while (send(socket, told, sizeof *told, MSG_NOSIGNAL) < 0 && errno == EINTR) continue;
	while ((got = recv(socket, &word, 1, 0)) < 0 && errno == EINTR) continue;
	/* The parent is gone: all that is followed ends with this process. */
	if (got <= 0) _exit(125);
}

static bool ends_with(const char *text, const char *end) {
	size_t length = strlen(text), size = strlen(end);
	return length >= size && strcmp(text + length - size, end) == 0;
}

/* Of calls that programs make all the time only the files of a user namespace are of interest. */
static bool is_of_interest(const struct task *task, struct traced_call *told) {
	const char *text = text_of(told, 1);
	if (strcmp(task->call->name, "openat") == 0)
		return told->err && (ends_with(text, "uid_map") || ends_with(text, "gid_map") || ends_with(text, "/setgroups"));
	if (strcmp(task->call->name, "write") == 0)
		return told->err == EPERM || told->err == EINVAL || told->err == EACCES;
	if (!told->err) return (told->args[0] & CLONE_NEWUSER) && strstr("unshare clone clone3", task->call->name);
	return true;
}

static void finish_call(struct task *task, const struct syscall_info *info, int socket) {
	static struct traced_call told;
	memset(&told, 0, sizeof told);
	told.what = TRACED_CALL;
	told.pid = task->pid;
	told.err = info->exit.is_error ? (int32_t)-info->exit.value : 0;
	told.value = info->exit.value;
	memcpy(told.args, task->args, sizeof told.args);
	if (task->call->number == CLONE3) told.args[0] = task->flags;
	strncpy(told.name, task->call->name, sizeof told.name - 1);
	/* Interrupted calls are made again. */
	if (told.err >= 512 || (!told.err && strcmp(told.name, "write") == 0)) return;
	if (told.err || task->call->number == CLONE3)
		for (int i = 0; i < TEXTS; i++)
			if (task->call->texts[i]) read_memory_text(task->pid, task->args[task->call->texts[i] - 1], text_of(&told, i));
	if (is_of_interest(task, &told)) tell(socket, &told);
}

static void follow_call(struct task *task, int socket) {
	struct syscall_info info;
	memset(&info, 0, sizeof info);
	if (syscall(SYS_ptrace, GET_SYSCALL_INFO, task->pid, sizeof info, &info) <= 0) return;
	if (info.op == INFO_EXIT && task->call) finish_call(task, &info, socket);
	task->call = NULL;
	if (info.op != INFO_ENTRY || info.arch != NATIVE_ARCH) return;
	for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
		if ((uint64_t)watched[i].number == info.entry.number) {
			task->call = &watched[i];
			memcpy(task->args, info.entry.args, sizeof task->args);
			if (watched[i].number == CLONE3 && !read_word(task->pid, task->args[0], &task->flags)) task->flags = 0;
		}
}

/* A program whose file is setuid has begun: whether it has got its owner's privileges is seen now. */
static void tell_of_exec(pid_t pid, int socket) {
	static struct traced_call told;
	struct stat st;
	char link[48];
	snprintf(link, sizeof link, "/proc/%d/exe", pid);
	if (fstatat(AT_FDCWD, link, &st, 0) < 0 || !(st.st_mode & S_ISUID)) return;
	memset(&told, 0, sizeof told);
	told.what = TRACED_EXEC;
	told.pid = pid;
	told.value = st.st_uid;
	strcpy(told.name, "execve");
	if (readlink(link, text_of(&told, 1), TEXT_BYTES - 1) < 0) text_of(&told, 1)[0] = '\0';
	tell(socket, &told);
}

/* A child that is followed from its first moment on, and may not have been heard of yet. */
static void expect_child(pid_t pid, int event) {
	unsigned long child;
	if (event != PTRACE_EVENT_FORK && event != PTRACE_EVENT_VFORK && event != PTRACE_EVENT_CLONE) return;
	if (ptrace(PTRACE_GETEVENTMSG, pid, NULL, &child) == 0) find_task((pid_t)child, true);
}

/* @returns the signal to go on with, or -1 where it has to stay stopped */
static int handle_stop(struct task *task, pid_t pid, int status, int socket) {
	int signal = WSTOPSIG(status), event = status >> 16;
	if (event == PTRACE_EVENT_STOP)
		return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU ? -1 : 0;
	if (event == PTRACE_EVENT_EXEC) tell_of_exec(pid, socket);
	expect_child(pid, event);
	if (event) return 0;
	if (signal != (SIGTRAP | 0x80)) return signal;
	if (task) follow_call(task, socket);
	return 0;
}

/* Of a task that has ended, or is not there at all, nothing more comes than its end, and of a leader that before its threads'. */
static bool has_ended(pid_t pid) {
	char path[32], text[512];
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return true;
	ssize_t got = read(fd, text, sizeof text - 1);
	close(fd);
	if (got <= 0) return true;
	text[got] = '\0';
	const char *end = strrchr(text, ')');
	return !end || strncmp(end, ") Z", 3) == 0 || strncmp(end, ") X", 3) == 0;
}

static bool is_any_left(void) {
	for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
		if (tasks[i].pid != 0 && !has_ended(tasks[i].pid)) return true;
	return false;
}

/*
 * What the command has left running goes on without this process. Of whom something is heard next is not known: a leader
 * can be waited for only after its threads, and who called vfork(2) stops only after its child has gone on. The signal of
 * EXITKILL does not end a process whose leader has ended.
 */
static void let_go(void) {
	for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
		if (tasks[i].pid != 0 && ptrace(PTRACE_INTERRUPT, tasks[i].pid, NULL, NULL) < 0) tasks[i].pid = 0;
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL | WNOHANG);
		if (pid < 0 && errno == EINTR) continue;
		if (pid < 0 || (pid == 0 && !is_any_left())) return;
		if (pid == 0) {
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
			continue;
		}
		struct task *task = find_task(pid, false);
		if (task) task->pid = 0;
		if (!WIFSTOPPED(status)) continue;
		expect_child(pid, status >> 16);
		/* A signal that was on its way is passed on. */
		bool is_signal = status >> 16 == 0 && WSTOPSIG(status) != (SIGTRAP | 0x80);
		ptrace(PTRACE_DETACH, pid, NULL, (void *)(intptr_t)(is_signal ? WSTOPSIG(status) : 0));
	}
}

__attribute__((noreturn)) static void follow(pid_t command, int socket) {
	static struct traced_call told;
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL);
		if (pid < 0 && errno == EINTR) continue;
		if (pid < 0) _exit(125);
		struct task *task = find_task(pid, WIFSTOPPED(status));
		if (!WIFSTOPPED(status)) {
			if (task) task->pid = 0;
			if (pid != command) continue;
			let_go();
			told = (struct traced_call){.what = TRACED_END, .pid = pid, .value = status};
			tell(socket, &told);
			_exit(0);
		}
		int signal = handle_stop(task, pid, status, socket);
		if (signal < 0) ptrace(PTRACE_LISTEN, pid, NULL, NULL);
		else ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)signal);
	}
}

/* trace(): this process follows from here on; the following steps are those of its child. */
int take_trace(struct child *child, const struct step *step) {
	int gate[2], status;
	char word = 0;
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
		PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	(void)step;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) < 0) return errno;
	pid_t pid = clone_process(0);
	if (pid < 0) return errno;
	if (pid == 0) {
		close(gate[1]);
		ssize_t got;
		while ((got = recv(gate[0], &word, 1, 0)) < 0 && errno == EINTR) continue;
		if (got <= 0) _exit(125);
		close(gate[0]);
		return 0;
	}
	close(gate[0]);
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) < 0 || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 ||
	    waitpid(pid, &status, __WALL) < 0) {
		int err = errno;
		close(gate[1]);
		waitpid(pid, &status, __WALL);
		return err;
	}
	find_task(pid, true);
	ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	send(gate[1], &word, 1, MSG_NOSIGNAL);
	close(gate[1]);
	follow(pid, child->socket);
}

/* receiveTraced(socket: number) → a Buffer with one struct traced_call or struct message, or null at the end; waits. */
static napi_value receive(napi_env env, napi_callback_info info) {
	napi_value arg, result;
	int32_t socket;
	ssize_t got;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &socket)) return NULL;
	struct traced_call *told = malloc(sizeof *told);
	if (!told) return throw_errno(env, ENOMEM, "malloc");
	while ((got = recv(socket, told, sizeof *told, 0)) < 0 && errno == EINTR) continue;
	if (got > 0) return make_buffer(env, told, (size_t)got);
	int err = got < 0 ? errno : 0;
	free(told);
	if (err && err != ECONNRESET) return throw_errno(env, err, "recv");
	return napi_get_null(env, &result) == napi_ok ? result : NULL;
}

void init_trace(napi_env env, napi_value exports) { export_function(env, exports, "receiveTraced", receive); }
