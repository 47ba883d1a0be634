/*
 * proc(5) in bulk: for each named directory below /proc its owner, chosen symbolic links and chosen files, in one packed
 * buffer. A directory's descriptor pins the process: what is read through it belongs to one process, however fast the
 * PID is used again, and reads fail with ESRCH or ENOENT once that process is gone.
 *
 * Record, 8-byte aligned, little end first as the machine has it:
 *   u32 size; i32 err; u32 uid; u32 gid; u32 nlink; u32 pad;  (size of all; errno of opening the directory)
 *   per link: i64, the number in "type:[number]", or -errno
 *   per file: i32 length or -errno, then the bytes, padded to 8 (the first of them directly behind the length)
 */
#include "addon.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_THREADS 8
#define NAMES_PER_THREAD 128

struct job {
	int root;
	const char *const *names;
	size_t count;
	const char *const *links;
	size_t link_count;
	const char *const *files;
	size_t file_count;
	size_t max_bytes; /* of one file */
	char *data;
	size_t size, room;
	int err;
};

struct head {
	uint32_t size;
	int32_t err;
	uint32_t uid, gid, nlink, pad;
};

static bool reserve(struct job *job, size_t more) {
	if (job->size + more <= job->room) return true;
	size_t room = (job->size + more) * 2;
	char *data = realloc(job->data, room);
	if (!data) return job->err = ENOMEM, false;
	job->data = data;
	job->room = room;
	return true;
}

static bool put(struct job *job, const void *bytes, size_t size) {
	if (!reserve(job, size)) return false;
	memcpy(job->data + job->size, bytes, size);
	job->size += size;
	return true;
}

static int64_t read_link_number(int dir, const char *name) {
	char text[64];
	ssize_t length = readlinkat(dir, name, text, sizeof text - 1);
	if (length < 0) return -errno;
	text[length] = 0;
	const char *bracket = strchr(text, '[');
	return bracket ? (int64_t)strtoull(bracket + 1, NULL, 10) : -EINVAL;
}

static bool put_file(struct job *job, int dir, const char *name) {
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
	static const char zeros[8];
	return put(job, zeros, (8 - job->size % 8) % 8);
}

static bool put_directory(struct job *job, const char *name) {
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

static void *run(void *argument) {
	struct job *job = argument;
	for (size_t i = 0; i < job->count; i++)
		if (!put_directory(job, job->names[i])) break;
	return NULL;
}

/* Splits a string of words separated by newlines in place; returns the words and their count. */
static const char **split(char *text, size_t *count) {
	size_t n = 0;
	for (const char *p = text; *p; p++) n += *p == '\n';
	const char **words = malloc((n + 2) * sizeof *words);
	*count = 0;
	if (!words) return NULL;
	for (char *word = text; *word;) {
		char *end = strchrnul(word, '\n');
		words[(*count)++] = word;
		if (!*end) break;
		*end = 0;
		word = end + 1;
	}
	return words;
}

static int run_all(struct job *jobs, size_t threads) {
	pthread_t ids[MAX_THREADS];
	size_t started = 1;
	for (; started < threads; started++)
		if (pthread_create(&ids[started], NULL, run, &jobs[started])) break;
	run(&jobs[0]);
	for (size_t i = started; i < threads; i++) run(&jobs[i]);
	for (size_t i = 1; i < started; i++) pthread_join(ids[i], NULL);
	for (size_t i = 0; i < threads; i++)
		if (jobs[i].err) return jobs[i].err;
	return 0;
}

/* readProc(root, names, links, files, maxBytes, threads) → an array of Buffers; the words of a list stand on lines. */
static napi_value read_proc(napi_env env, napi_callback_info info) {
	napi_value args[6], result = NULL;
	char *texts[4] = {0};
	const char **lists[3] = {0};
	size_t counts[3] = {0};
	uint32_t max_bytes, wanted;
	int root = -1;
	if (!read_arguments(env, info, 6, args)) return NULL;
	for (int i = 0; i < 4; i++)
		if (!read_string(env, args[i], &texts[i])) goto done;
	if (!read_uint(env, args[4], &max_bytes) || !read_uint(env, args[5], &wanted)) goto done;
	for (int i = 0; i < 3; i++)
		if (!(lists[i] = split(texts[i + 1], &counts[i]))) {
			throw_errno(env, ENOMEM, "malloc");
			goto done;
		}
	if ((root = open(texts[0], O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) {
		throw_errno(env, errno, "open");
		goto done;
	}
	size_t threads = counts[0] / NAMES_PER_THREAD + 1;
	if (threads > wanted) threads = wanted;
	if (threads > MAX_THREADS) threads = MAX_THREADS;
	if (threads < 1) threads = 1;
	struct job jobs[MAX_THREADS] = {0};
	for (size_t i = 0; i < threads; i++) {
		size_t from = counts[0] * i / threads, to = counts[0] * (i + 1) / threads;
		jobs[i] = (struct job){.root = root, .names = lists[0] + from, .count = to - from, .links = lists[1],
		                       .link_count = counts[1], .files = lists[2], .file_count = counts[2], .max_bytes = max_bytes};
	}
	int err = run_all(jobs, threads);
	if (err) {
		for (size_t i = 0; i < threads; i++) free(jobs[i].data);
		throw_errno(env, err, "realloc");
		goto done;
	}
	if (napi_create_array_with_length(env, threads, &result) != napi_ok) result = NULL;
	for (size_t i = 0; i < threads; i++) {
		napi_value buffer = make_buffer(env, jobs[i].data, jobs[i].size);
		if (result) napi_set_element(env, result, (uint32_t)i, buffer);
	}
done:
	if (root >= 0) close(root);
	for (int i = 0; i < 3; i++) free(lists[i]);
	for (int i = 0; i < 4; i++) free(texts[i]);
	return result;
}

void init_proc(napi_env env, napi_value exports) { export_function(env, exports, "readProc", read_proc); }
