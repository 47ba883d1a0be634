/* Work on a list, shared between threads that end with it. */
#include "parallel.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#define MAX_THREADS 8

struct work {
	size_t count;
	atomic_size_t begun;
	work_on *one;
	void *context;
};

static void *run(void *argument) {
	struct work *work = argument;
	for (size_t i; (i = atomic_fetch_add(&work->begun, 1)) < work->count;) work->one(work->context, i);
	return NULL;
}

/* Signals stay with Node's threads. */
static size_t start_threads(pthread_t *ids, size_t wanted, struct work *work) {
	sigset_t all, before;
	size_t started = 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (started < wanted && pthread_create(&ids[started], NULL, run, work) == 0) started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static size_t limit(size_t threads, size_t count, size_t most) {
	size_t few = count < most ? count : most;
	return threads < few ? threads : few;
}

void for_all(size_t count, size_t threads, work_on *one, void *context) {
	pthread_t ids[MAX_THREADS];
	struct work work = {.count = count, .one = one, .context = context};
	size_t helpers = limit(threads, count, MAX_THREADS);
	size_t started = helpers > 1 ? start_threads(ids, helpers - 1, &work) : 0;
	run(&work);
	while (started > 0) pthread_join(ids[--started], NULL);
}

bool for_all_apart(size_t count, size_t threads, work_on *one, void *context) {
	pthread_t ids[MAX_THREADS];
	struct work work = {.count = count, .one = one, .context = context};
	size_t started = start_threads(ids, limit(threads, count, MAX_THREADS), &work);
	bool done = started > 0 || count == 0;
	while (started > 0) pthread_join(ids[--started], NULL);
	return done;
}
