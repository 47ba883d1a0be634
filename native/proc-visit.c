/*
 * Visits directories below /proc and packs what is there. A directory's descriptor pins the process: what is read through
 * it belongs to one process, however fast the PID is used again, and reads fail with ESRCH or ENOENT once it is gone.
 *
 * A record is 8-byte aligned, little end first as the machine has it:
 *   u32 size; i32 err; u32 uid; u32 gid; u32 nlink; u32 count;   (size of all; errno of opening the directory)
 * visit_entry:
 *   per link: i64, the number in "type:[number]", or -errno
 *   per file: i32 length or -errno, then the bytes, padded to 8 (the first of them directly behind the length)
 * visit_links: count is that of all links in the directory, of which those alone are read that lead to nsfs, to a socket
 *   or to a tun device; refused (in the place of uid) that of those that may not be
 *   read, refusal (in the place of gid) the errno of the last; for each one that begins as wanted:
 *   u32 name (a number), i32 length, the text (of a file on nsfs always "type:[number]"), padded to 8
 */
#include "proc.h"
#include "../bpf/layout.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct head {
	uint32_t size;
	int32_t err;
	union {
		uint32_t uid, refused;
	};
	union {
		uint32_t gid, refusal;
	};
	uint32_t nlink, count;
};
RECORD_BYTES(head, 24);
FIELD_AT(head, size, 0); FIELD_AT(head, err, 4); FIELD_AT(head, uid, 8); FIELD_AT(head, gid, 12);
FIELD_AT(head, nlink, 16); FIELD_AT(head, count, 20); FIELD_AT(head, refused, 8); FIELD_AT(head, refusal, 12);

struct link {
	uint32_t name; /* a number, as of a descriptor */
	int32_t length;
};
RECORD_BYTES(link, 8);
FIELD_AT(link, name, 0); FIELD_AT(link, length, 4);

static bool reserve(struct job *job, size_t more) {
	if (job->size + more <= job->room) return true;
	size_t room = (job->size + more) * 2;
	char *data = realloc(job->data, room);
	if (!data) return job->err = ENOMEM, false;
	job->data = data;
	job->room = room;
	return true;
}

bool put(struct job *job, const void *bytes, size_t size) {
	if (!reserve(job, size)) return false;
	memcpy(job->data + job->size, bytes, size);
	job->size += size;
	return true;
}

bool put_padding(struct job *job) {
	static const char zeros[8];
	return put(job, zeros, (8 - job->size % 8) % 8);
}

int64_t read_link_number(int dir, const char *name) {
	char text[64];
	ssize_t length = readlinkat(dir, name, text, sizeof text - 1);
	if (length < 0) return -errno;
	text[length] = 0;
	const char *bracket = strchr(text, '[');
	return bracket ? (int64_t)strtoull(bracket + 1, NULL, 10) : -EINVAL;
}

bool put_file(struct job *job, int dir, const char *name) {
	size_t at = job->size;
	int32_t length = 0;
	if (!put(job, &length, sizeof length)) return false;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		length = -errno;
	} else {
		for (;;) {
			size_t left = job->max_bytes - (size_t)length;
			size_t want = left < 4096 ? left : (size_t)length < 4096 ? 4096 : (size_t)length;
			if (want > left) want = left;
			if (!want) break;
			if (!reserve(job, want)) return close(fd), false;
			ssize_t got = read(fd, job->data + job->size, want);
			if (got < 0 && errno == EINTR) continue;
			if (got < 0) {
				job->size = at + sizeof length;
				length = -errno;
				break;
			}
			if (!got) break;
			job->size += (size_t)got;
			length += (int32_t)got;
		}
		close(fd);
	}
	memcpy(job->data + at, &length, sizeof length);
	return put_padding(job);
}

bool visit_entry(struct job *job, const char *name) {
	size_t at = job->size;
	struct head head = {0};
	struct stat st;
	if (!put(job, &head, sizeof head)) return false;
	int dir = openat(job->root, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fstat(dir, &st) < 0) {
		head.err = errno;
	} else {
		head.uid = st.st_uid;
		head.gid = st.st_gid;
		head.nlink = (uint32_t)st.st_nlink;
		for (size_t i = 0; i < job->link_count; i++) {
			int64_t number = read_link_number(dir, job->links[i]);
			if (!put(job, &number, sizeof number)) return close(dir), false;
		}
		for (size_t i = 0; i < job->file_count; i++)
			if (!put_file(job, dir, job->files[i])) return close(dir), false;
	}
	if (dir >= 0) close(dir);
	head.size = (uint32_t)(job->size - at);
	memcpy(job->data + at, &head, sizeof head);
	return true;
}

static bool is_wanted(const struct job *job, const char *text, size_t length) {
	for (size_t i = 0; i < job->link_count; i++) {
		size_t prefix = strlen(job->links[i]);
		if (prefix <= length && !memcmp(text, job->links[i], prefix)) return true;
	}
	return false;
}

static bool put_wanted_link(struct job *job, int dir, const char *name, struct head *head) {
	char text[128];
	/* Whether they may be read is decided for the whole process: fs/proc/base.c, proc_fd_access_allowed(). */
	if (head->refused) return head->refused++, true;
	/* One question for most of them: their text, often a long path, need not be made. */
	if (!may_lead_on(job->nsfs, dir, name)) return true;
	ssize_t length = readlinkat(dir, name, text, sizeof text);
	/* A descriptor that was closed meanwhile (ENOENT) is passed over. */
	if (length < 0 && (errno == EACCES || errno == EPERM)) head->refused++, head->refusal = errno;
	if (length < 0) return true;
	if (!is_wanted(job, text, (size_t)length)) {
		if (text[0] == '/') length = (ssize_t)read_nsfs_link(job->nsfs, dir, name, text, sizeof text);
		if (!is_wanted(job, text, (size_t)length)) return true;
	}
	struct link link = {(uint32_t)strtoul(name, NULL, 10), (int32_t)length};
	return put(job, &link, sizeof link) && put(job, text, (size_t)length) && put_padding(job);
}

struct entry {
	uint64_t inode;
	int64_t offset;
	unsigned short size;
	unsigned char type;
	char name[];
};

bool visit_links(struct job *job, const char *name) {
	size_t at = job->size;
	struct head head = {0};
	char entries[32768] __attribute__((aligned(8)));
	if (!put(job, &head, sizeof head)) return false;
	int dir = openat(job->root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) head.err = errno;
	while (!head.err) {
		/* readdir(3) would allocate a stream for each directory. */
		long size = syscall(SYS_getdents64, dir, entries, sizeof entries);
		if (size < 0) head.err = errno;
		if (size <= 0) break;
		for (long i = 0; i < size;) {
			const struct entry *entry = (const void *)(entries + i);
			i += entry->size;
			if (entry->name[0] == '.') continue;
			head.count++;
			if (!put_wanted_link(job, dir, entry->name, &head)) return close(dir), false;
		}
	}
	if (dir >= 0) close(dir);
	head.size = (uint32_t)(job->size - at);
	memcpy(job->data + at, &head, sizeof head);
	return true;
}
