/*
 * Visits the directory of a process or a thread: the links of ns, and of stat what a task is known by (proc_pid_stat(5)).
 * A listing asks this of every task, so it is told in numbers, and what a task has like the one before is marked.
 *
 * A record is 8-byte aligned, numbers as the machine has them: struct task, then
 *   per link: i64, the number in "type:[number]", or -errno
 *   the name of the task, padded to 8
 *   per file: as visit_entry has them
 */
#include "proc.h"
#include "../bpf/layout.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAME_LINKS = 1 };

struct task {
	uint32_t size;
	int32_t err;  /* errno of opening the directory */
	int32_t stat; /* errno of reading stat: EBADMSG when it is not as the man page has it, ESRCH when it is empty */
	uint32_t marks;
	uint32_t pid, tid; /* the first and the last number in the name of the directory */
	uint32_t uid;
	uint32_t ppid, state, flags, threads;
	uint32_t name_length;
	uint64_t start;
};
RECORD_BYTES(task, 56);
FIELD_AT(task, size, 0); FIELD_AT(task, err, 4); FIELD_AT(task, stat, 8); FIELD_AT(task, marks, 12);
FIELD_AT(task, pid, 16); FIELD_AT(task, tid, 20); FIELD_AT(task, uid, 24); FIELD_AT(task, ppid, 28);
FIELD_AT(task, state, 32); FIELD_AT(task, flags, 36); FIELD_AT(task, threads, 40);
FIELD_AT(task, name_length, 44); FIELD_AT(task, start, 48);

/* Skips so many fields and reads the next one; false where there is no number. */
static bool read_field(const char **at, int skip, uint64_t *value) {
	char *end;
	for (; skip > 0; skip--) {
		*at = strchr(*at, ' ');
		if (!*at) return false;
		++*at;
	}
	if (**at < '0' || **at > '9') return false;
	*value = strtoull(*at, &end, 10);
	*at = end;
	return *end == ' ' || *end == '\n' || !*end;
}

/* The name may hold any byte, brackets as well: it ends at the last one. */
static bool parse_stat(const char *text, size_t length, struct task *task, const char **name) {
	const char *open = memchr(text, '(', length), *close = memrchr(text, ')', length);
	uint64_t ppid, flags, threads;
	if (!open || !close || close < open || close[1] != ' ' || !close[2] || close[3] != ' ') return false;
	*name = open + 1;
	task->name_length = (uint32_t)(close - open - 1);
	task->state = (unsigned char)close[2];
	const char *at = close + 4;
	if (!read_field(&at, 0, &ppid) || !read_field(&at, 5, &flags) || !read_field(&at, 11, &threads) ||
	    !read_field(&at, 2, &task->start))
		return false;
	task->ppid = (uint32_t)ppid;
	task->flags = (uint32_t)flags;
	task->threads = (uint32_t)threads;
	return true;
}

/* One read: the kernel gives the whole line at once, and what is behind the start time is not wanted. */
static int read_stat(int dir, char *text, size_t room, struct task *task, const char **name) {
	int fd = openat(dir, "stat", O_RDONLY | O_CLOEXEC);
	ssize_t length;
	if (fd < 0) return errno;
	while ((length = read(fd, text, room - 1)) < 0 && errno == EINTR) continue;
	int err = length < 0 ? errno : length == 0 ? ESRCH : 0;
	close(fd);
	if (err) return err;
	text[length] = 0;
	return parse_stat(text, (size_t)length, task, name) ? 0 : EBADMSG;
}

/* The directory of the links is opened once: each path to a link would be walked through the process again. */
static bool put_links(struct job *job, int dir, struct task *task) {
	if (!job->link_count) return true;
	size_t at = job->size, size = job->link_count * sizeof(int64_t);
	int ns = openat(dir, "ns", O_PATH | O_DIRECTORY | O_CLOEXEC), err = errno;
	for (size_t i = 0; i < job->link_count; i++) {
		int64_t number = ns < 0 ? -err : read_link_number(ns, job->links[i]);
		if (!put(job, &number, sizeof number)) break;
	}
	if (ns >= 0) close(ns);
	if (job->err) return false;
	if (job->last_links && !memcmp(job->data + job->last_links, job->data + at, size)) task->marks |= SAME_LINKS;
	job->last_links = at;
	return true;
}

static bool put_task(struct job *job, int dir, struct task *task) {
	char text[1024];
	const char *name = NULL;
	/* The stat file comes behind the links: where it can be read, the process was there when they were. */
	if (!put_links(job, dir, task)) return false;
	task->stat = read_stat(dir, text, sizeof text, task, &name);
	if (task->stat) return true;
	if (!put(job, name, task->name_length) || !put_padding(job)) return false;
	for (size_t i = 0; i < job->file_count; i++)
		if (!put_file(job, dir, job->files[i])) return false;
	return true;
}

bool visit_task(struct job *job, const char *name) {
	size_t at = job->size;
	struct task task = {0};
	struct stat st;
	const char *last = strrchr(name, '/');
	task.pid = (uint32_t)strtoul(name, NULL, 10);
	task.tid = last ? (uint32_t)strtoul(last + 1, NULL, 10) : task.pid;
	if (!put(job, &task, sizeof task)) return false;
	int dir = openat(job->root, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fstat(dir, &st) < 0) task.err = errno;
	else {
		task.uid = st.st_uid;
		if (!put_task(job, dir, &task)) return close(dir), false;
	}
	if (dir >= 0) close(dir);
	task.size = (uint32_t)(job->size - at);
	memcpy(job->data + at, &task, sizeof task);
	return true;
}
