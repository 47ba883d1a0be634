/* bpf(2): makes an iterator of a light skeleton, in a thread, and reads what it writes. include/uapi/linux/bpf.h */
#include "bpf.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A descriptor of the link, or -1 with errno set; map: the map whose elements it visits, or -1. */
static int link_iterator(int32_t prog, int32_t map) {
	union bpf_iter_link_info target;
	union bpf_attr attr;
	memset(&target, 0, sizeof target);
	memset(&attr, 0, sizeof attr);
	attr.link_create.prog_fd = (uint32_t)prog;
	attr.link_create.attach_type = BPF_TRACE_ITER;
	if (map >= 0) {
		target.map.map_fd = (uint32_t)map;
		attr.link_create.iter_info = (uintptr_t)&target;
		attr.link_create.iter_info_len = sizeof target.map;
	}
	return bpf(BPF_LINK_CREATE, &attr, SIZE_TO(link_create.iter_info_len));
}

#define FIRST_ROOM (256 << 10)
#define READ_ROOM (32 << 10) /* no read of an iterator gives more */

/* Returns 0, or the errno of read(2). */
static int read_to_end(int fd, struct bytes *all) {
	size_t room = FIRST_ROOM;
	if (!(all->data = malloc(room))) return ENOMEM;
	for (;;) {
		if (room - all->size < READ_ROOM) {
			void *more = realloc(all->data, room *= 2);
			if (!more) return ENOMEM;
			all->data = more;
		}
		ssize_t got = read(fd, (char *)all->data + all->size, room - all->size);
		/* EAGAIN: a million objects went by without a record; the next read goes on behind them. */
		if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
		if (got < 0) return errno;
		if (!got) return 0;
		all->size += (size_t)got;
	}
}

/* All that one pass of the iterator writes. Returns 0, or the errno with *call set and all->data NULL. */
static int read_once(int link, struct bytes *all, const char **call) {
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	memset(all, 0, sizeof *all);
	attr.iter_create.link_fd = (uint32_t)link;
	*call = "bpf(ITER_CREATE)";
	int fd = bpf(BPF_ITER_CREATE, &attr, SIZE_TO(iter_create.flags));
	if (fd < 0) return errno;
	*call = "read(bpf_iter)";
	int err = read_to_end(fd, all);
	close(fd);
	if (err) {
		free(all->data);
		all->data = NULL;
	}
	return err;
}

/*
 * The loading of an iterator, which goes on in a thread: the verifier takes milliseconds for each program. The thread may
 * also read once what the iterator writes, after another one has read.
 */
struct start {
	pthread_t thread;
	bool running;
	struct bytes data, insns; /* own copies */
	uint32_t maps, progs;
	int link, err;
	const char *call;
	bool reads;
	struct bytes read; /* data is NULL where nothing was read, or reading failed */
	struct start *after;
	atomic_int references; /* of the object in JavaScript, and of the start that reads after this one */
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool has_ended;
};

static void wait_for(struct start *start) {
	pthread_mutex_lock(&start->lock);
	while (!start->has_ended) pthread_cond_wait(&start->ended, &start->lock);
	pthread_mutex_unlock(&start->lock);
}

static void load_iterator(struct start *start) {
	unsigned char context[LOADER_HEAD + MOST * (LOADER_MAP + LOADER_PROG)] = {0};
	uint32_t size = LOADER_HEAD + start->maps * LOADER_MAP + start->progs * LOADER_PROG;
	memcpy(context, &size, sizeof size);
	start->err = run_skeleton(start->data, start->insns, context, size, &start->call);
	if (start->err) return;
	const unsigned char *maps = context + LOADER_HEAD, *progs = maps + start->maps * LOADER_MAP;
	start->call = "bpf(LINK_CREATE)";
	start->link = link_iterator(start->progs ? fd_at(progs) : -1, start->maps ? fd_at(maps) : -1);
	if (start->link < 0) start->err = errno;
	/* The link holds the program and its maps. */
	for (uint32_t i = 0; i < start->maps; i++) close(fd_at(maps + i * LOADER_MAP));
	for (uint32_t i = 0; i < start->progs; i++) close(fd_at(progs + i * LOADER_PROG));
}

static void *run_start(void *arg) {
	struct start *start = arg;
	load_iterator(start);
	if (start->reads && !start->err) {
		if (start->after) wait_for(start->after);
		const char *call;
		/* A failure will meet whoever reads next. */
		read_once(start->link, &start->read, &call);
	}
	pthread_mutex_lock(&start->lock);
	start->has_ended = true;
	pthread_cond_broadcast(&start->ended);
	pthread_mutex_unlock(&start->lock);
	return NULL;
}

static void end_start(struct start *start) {
	if (start->running) pthread_join(start->thread, NULL);
	start->running = false;
}

static void drop_start(struct start *start) {
	if (!start || atomic_fetch_sub(&start->references, 1) > 1) return;
	drop_start(start->after);
	if (start->link >= 0) close(start->link);
	free(start->data.data);
	free(start->insns.data);
	free(start->read.data);
	pthread_mutex_destroy(&start->lock);
	pthread_cond_destroy(&start->ended);
	free(start);
}

static void free_start(napi_env env, void *data, void *hint) {
	(void)env, (void)hint;
	end_start(data);
	drop_start(data);
}

static bool copy_bytes(struct bytes *to, const void *data, size_t size) {
	to->data = malloc(size);
	to->size = size;
	if (to->data) memcpy(to->data, data, size);
	return to->data;
}

/*
 * bpfStartIterator(data, insns, maps, progs, reads, after) → what bpfFinishIterator takes: the skeleton is loaded
 * meanwhile. With reads = 1 the iterator is also read once, and not before the start `after`, or null, has been read.
 */
static napi_value start_iterator(napi_env env, napi_callback_info info) {
	napi_value args[6], result;
	struct bytes data, insns;
	uint32_t maps, progs, reads;
	void *after = NULL;
	napi_valuetype kind;
	if (!read_arguments(env, info, 6, args) || !read_bytes(env, args[0], &data.data, &data.size) ||
	    !read_bytes(env, args[1], &insns.data, &insns.size) || !read_uint(env, args[2], &maps) ||
	    !read_uint(env, args[3], &progs) || !read_uint(env, args[4], &reads))
		return NULL;
	if (napi_typeof(env, args[5], &kind) != napi_ok ||
	    (kind != napi_null && napi_get_value_external(env, args[5], &after) != napi_ok))
		return throw_argument(env, "what bpfStartIterator gave, or null");
	if (maps > MOST || progs > MOST) return throw_errno(env, E2BIG, "bpfStartIterator");
	struct start *start = calloc(1, sizeof *start);
	if (!start) return throw_errno(env, ENOMEM, "bpfStartIterator");
	start->maps = maps;
	start->progs = progs;
	start->link = -1;
	start->call = "bpf";
	start->reads = reads;
	start->references = 1;
	pthread_mutex_init(&start->lock, NULL);
	pthread_cond_init(&start->ended, NULL);
	if ((start->after = after)) start->after->references++;
	if (!copy_bytes(&start->data, data.data, data.size) || !copy_bytes(&start->insns, insns.data, insns.size) ||
	    napi_create_external(env, start, free_start, NULL, &result) != napi_ok) {
		free_start(env, start, NULL);
		return throw_errno(env, ENOMEM, "bpfStartIterator");
	}
	/* The verifier gives up with EAGAIN when a signal waits: the thread gets none. */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	start->running = pthread_create(&start->thread, NULL, run_start, start) == 0;
	if (!start->running) run_start(start);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return result;
}

/* bpfFinishIterator(start) → [a descriptor of the link, a Buffer with what was read or null], once; waits for it. */
static napi_value finish_iterator(napi_env env, napi_callback_info info) {
	napi_value arg, result, read;
	void *data;
	if (!read_arguments(env, info, 1, &arg)) return NULL;
	if (napi_get_value_external(env, arg, &data) != napi_ok) return throw_argument(env, "what bpfStartIterator gave");
	struct start *start = data;
	end_start(start);
	if (start->err) return throw_errno(env, start->err, start->call);
	napi_get_null(env, &read);
	if (start->read.data && !(read = make_buffer(env, start->read.data, start->read.size))) return NULL;
	start->read.data = NULL;
	if (napi_create_array_with_length(env, 2, &result) != napi_ok) return NULL;
	napi_set_element(env, result, 0, make_int(env, start->link));
	napi_set_element(env, result, 1, read);
	start->link = -1;
	return result;
}

/* bpfReadIterator(link) → a Buffer with all that one pass of the iterator writes. */
static napi_value read_iterator(napi_env env, napi_callback_info info) {
	napi_value arg;
	int32_t link;
	struct bytes all;
	const char *call;
	if (!read_arguments(env, info, 1, &arg) || !read_int(env, arg, &link)) return NULL;
	int err = read_once(link, &all, &call);
	return err ? throw_errno(env, err, call) : make_buffer(env, all.data, all.size);
}

void init_bpf_iterator(napi_env env, napi_value exports) {
	export_function(env, exports, "bpfStartIterator", start_iterator);
	export_function(env, exports, "bpfFinishIterator", finish_iterator);
	export_function(env, exports, "bpfReadIterator", read_iterator);
}
