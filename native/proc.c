/* proc(5) in bulk: many directories visited by several threads. What a visit packs is told in proc-visit.c. */
#include "proc.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_THREADS 8
#define NAMES_PER_THREAD 128

static void *run(void *argument) {
	struct job *job = argument;
	for (size_t i = 0; i < job->count; i++)
		if (!job->visit(job, job->names[i])) break;
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

/* Visits the names with up to `wanted` threads; returns an array of Buffers in their order. */
static napi_value visit_all(napi_env env, const struct job *model, uint32_t wanted) {
	napi_value result = NULL;
	struct job jobs[MAX_THREADS] = {0};
	size_t threads = model->count / NAMES_PER_THREAD + 1;
	if (threads > wanted) threads = wanted;
	if (threads > MAX_THREADS) threads = MAX_THREADS;
	if (threads < 1) threads = 1;
	for (size_t i = 0; i < threads; i++) {
		size_t from = model->count * i / threads, to = model->count * (i + 1) / threads;
		jobs[i] = *model;
		jobs[i].names = model->names + from;
		jobs[i].count = to - from;
	}
	int err = run_all(jobs, threads);
	if (err) {
		for (size_t i = 0; i < threads; i++) free(jobs[i].data);
		return throw_errno(env, err, "realloc");
	}
	if (napi_create_array_with_length(env, threads, &result) != napi_ok) result = NULL;
	for (size_t i = 0; i < threads; i++) {
		napi_value buffer = make_buffer(env, jobs[i].data, jobs[i].size);
		if (result) napi_set_element(env, result, (uint32_t)i, buffer);
	}
	return result;
}

/* The arguments of both functions: root, names, links, files, maxBytes, threads; the words of a list stand on lines. */
static napi_value visit(napi_env env, napi_callback_info info, bool (*how)(struct job *, const char *)) {
	napi_value args[6], result = NULL;
	char *texts[4] = {0};
	const char **lists[3] = {0};
	size_t counts[3] = {0};
	uint32_t max_bytes, threads;
	int root = -1;
	if (!read_arguments(env, info, 6, args)) return NULL;
	for (int i = 0; i < 4; i++)
		if (!read_string(env, args[i], &texts[i])) goto done;
	if (!read_uint(env, args[4], &max_bytes) || !read_uint(env, args[5], &threads)) goto done;
	for (int i = 0; i < 3; i++)
		if (!(lists[i] = split(texts[i + 1], &counts[i]))) {
			throw_errno(env, ENOMEM, "malloc");
			goto done;
		}
	if ((root = open(texts[0], O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) {
		throw_errno(env, errno, "open");
		goto done;
	}
	struct job model = {.root = root, .names = lists[0], .count = counts[0], .links = lists[1], .link_count = counts[1],
	                    .files = lists[2], .file_count = counts[2], .max_bytes = max_bytes, .nsfs = find_nsfs(),
	                    .visit = how};
	result = visit_all(env, &model, threads);
done:
	if (root >= 0) close(root);
	for (int i = 0; i < 3; i++) free(lists[i]);
	for (int i = 0; i < 4; i++) free(texts[i]);
	return result;
}

/* readProc(root, names, links, files, maxBytes, threads): links and files of each directory. */
static napi_value read_proc(napi_env env, napi_callback_info info) { return visit(env, info, visit_entry); }

/* readProcLinks(root, names, beginnings, "", 0, threads): those links in each directory that begin in a wanted way. */
static napi_value read_proc_links(napi_env env, napi_callback_info info) { return visit(env, info, visit_links); }

void init_proc(napi_env env, napi_value exports) {
	export_function(env, exports, "readProc", read_proc);
	export_function(env, exports, "readProcLinks", read_proc_links);
}
