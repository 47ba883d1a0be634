/*
 * proc(5) in bulk: many directories visited, a batch of names at a time, by threads of the addon's own and by whoever
 * waits for a batch that is not begun yet. What a visit packs is told in proc-visit.c and proc-task.c.
 */
#include "proc.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_THREADS 8
#define NAMES_PER_BATCH 128

struct batch {
	struct job job;
	bool done;
};

struct reading {
	int root;
	char *texts[4];
	const char **lists[3];
	struct batch *batches;
	size_t count;    /* of batches */
	size_t begun;    /* so many batches were begun by somebody */
	size_t given;    /* so many went to JavaScript */
	bool stop;
	pthread_mutex_t lock;
	pthread_cond_t one_done;
	pthread_t threads[MAX_THREADS];
	size_t thread_count;
};

/* Does the next batch that nobody has begun; false when there is none. Called with the lock held. */
static bool do_batch(struct reading *reading) {
	if (reading->stop || reading->begun == reading->count) return false;
	struct batch *batch = &reading->batches[reading->begun++];
	struct job *job = &batch->job;
	pthread_mutex_unlock(&reading->lock);
	for (size_t i = 0; i < job->count; i++)
		if (!job->visit(job, job->names[i])) break;
	pthread_mutex_lock(&reading->lock);
	batch->done = true;
	pthread_cond_broadcast(&reading->one_done);
	return true;
}

static void *run(void *argument) {
	struct reading *reading = argument;
	pthread_mutex_lock(&reading->lock);
	while (do_batch(reading)) continue;
	pthread_mutex_unlock(&reading->lock);
	return NULL;
}

/* Threads besides the one that will ask for the batches. Signals stay with Node's threads. */
static void start_threads(struct reading *reading, uint32_t wanted) {
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (reading->thread_count + 1 < reading->count && reading->thread_count + 1 < wanted &&
	       reading->thread_count < MAX_THREADS &&
	       pthread_create(&reading->threads[reading->thread_count], NULL, run, reading) == 0)
		reading->thread_count++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Waits for batches that are being done, and gives all back but the reading itself. */
static void end_reading(struct reading *reading) {
	pthread_mutex_lock(&reading->lock);
	reading->stop = true;
	pthread_mutex_unlock(&reading->lock);
	for (; reading->thread_count > 0; reading->thread_count--)
		pthread_join(reading->threads[reading->thread_count - 1], NULL);
	for (; reading->given < reading->count; reading->given++) free(reading->batches[reading->given].job.data);
	if (reading->root >= 0) close(reading->root);
	reading->root = -1;
	free(reading->batches);
	reading->batches = NULL;
	for (int i = 0; i < 3; i++) free(reading->lists[i]), reading->lists[i] = NULL;
	for (int i = 0; i < 4; i++) free(reading->texts[i]), reading->texts[i] = NULL;
}

static void free_reading(struct reading *reading) {
	end_reading(reading);
	pthread_mutex_destroy(&reading->lock);
	pthread_cond_destroy(&reading->one_done);
	free(reading);
}

static void finalize(napi_env env, void *data, void *hint) {
	(void)env, (void)hint;
	free_reading(data);
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

static bool make_batches(struct reading *reading, const struct job *model) {
	reading->count = (model->count + NAMES_PER_BATCH - 1) / NAMES_PER_BATCH;
	if (!(reading->batches = calloc(reading->count + 1, sizeof *reading->batches))) return false;
	for (size_t i = 0, from = 0; i < reading->count; i++, from += NAMES_PER_BATCH) {
		struct job *job = &reading->batches[i].job;
		*job = *model;
		job->names = model->names + from;
		job->count = model->count - from < NAMES_PER_BATCH ? model->count - from : NAMES_PER_BATCH;
	}
	return true;
}

/*
 * The arguments of all that starts a reading: root, names, links, files, maxBytes, threads; the words of a list stand on
 * lines. Returns the reading, for nextProc; threads besides the caller's begin at once.
 */
static napi_value start(napi_env env, napi_callback_info info, bool (*how)(struct job *, const char *)) {
	napi_value args[6], result = NULL;
	size_t counts[3] = {0};
	uint32_t max_bytes, threads;
	if (!read_arguments(env, info, 6, args)) return NULL;
	struct reading *reading = calloc(1, sizeof *reading);
	if (!reading) return throw_errno(env, ENOMEM, "calloc");
	reading->root = -1;
	pthread_mutex_init(&reading->lock, NULL);
	pthread_cond_init(&reading->one_done, NULL);
	for (int i = 0; i < 4; i++)
		if (!read_string(env, args[i], &reading->texts[i])) goto failed;
	if (!read_uint(env, args[4], &max_bytes) || !read_uint(env, args[5], &threads)) goto failed;
	for (int i = 0; i < 3; i++)
		if (!(reading->lists[i] = split(reading->texts[i + 1], &counts[i]))) {
			throw_errno(env, ENOMEM, "malloc");
			goto failed;
		}
	if ((reading->root = open(reading->texts[0], O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) {
		throw_errno(env, errno, "open");
		goto failed;
	}
	struct job model = {.root = reading->root, .names = reading->lists[0], .count = counts[0],
	                    .links = reading->lists[1], .link_count = counts[1], .files = reading->lists[2],
	                    .file_count = counts[2], .max_bytes = max_bytes, .nsfs = find_nsfs(),
	                    .visit = how};
	if (!make_batches(reading, &model)) {
		throw_errno(env, ENOMEM, "calloc");
		goto failed;
	}
	if (napi_create_external(env, reading, finalize, NULL, &result) != napi_ok) goto failed;
	start_threads(reading, threads);
	return result;
failed:
	free_reading(reading);
	return NULL;
}

/* startProc(root, names, links, files, maxBytes, threads): links and files of each directory. */
static napi_value start_proc(napi_env env, napi_callback_info info) { return start(env, info, visit_entry); }

/* startProcLinks(root, names, beginnings, "", 0, threads): those links in each directory that begin in a wanted way. */
static napi_value start_proc_links(napi_env env, napi_callback_info info) { return start(env, info, visit_links); }

/* startProcTasks(root, names, links of ns, files, maxBytes, threads): what a task is known by. */
static napi_value start_proc_tasks(napi_env env, napi_callback_info info) { return start(env, info, visit_task); }

static struct reading *read_reading(napi_env env, napi_callback_info info) {
	napi_value arg;
	void *data;
	if (!read_arguments(env, info, 1, &arg)) return NULL;
	if (napi_get_value_external(env, arg, &data) == napi_ok) return data;
	throw_argument(env, "expected a reading of proc");
	return NULL;
}

/* nextProc(reading) → Buffer of the records of the next names, in their order; null at the end */
static napi_value next_proc(napi_env env, napi_callback_info info) {
	struct reading *reading = read_reading(env, info);
	napi_value nothing = NULL;
	if (!reading) return NULL;
	if (reading->given == reading->count) {
		napi_get_null(env, &nothing);
		return nothing;
	}
	struct batch *batch = &reading->batches[reading->given];
	pthread_mutex_lock(&reading->lock);
	while (!batch->done)
		if (!do_batch(reading)) pthread_cond_wait(&reading->one_done, &reading->lock);
	pthread_mutex_unlock(&reading->lock);
	struct job job = batch->job;
	if (++reading->given == reading->count || job.err) end_reading(reading);
	if (!job.err) return make_buffer(env, job.data, job.size);
	free(job.data);
	return throw_errno(env, job.err, "realloc");
}

/* endProc(reading): for one that is not read to its end */
static napi_value end_proc(napi_env env, napi_callback_info info) {
	struct reading *reading = read_reading(env, info);
	if (reading) end_reading(reading);
	return NULL;
}

void init_proc(napi_env env, napi_value exports) {
	export_function(env, exports, "startProc", start_proc);
	export_function(env, exports, "startProcLinks", start_proc_links);
	export_function(env, exports, "startProcTasks", start_proc_tasks);
	export_function(env, exports, "nextProc", next_proc);
	export_function(env, exports, "endProc", end_proc);
}
