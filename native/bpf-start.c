/* bpf(2): loads a program that can be asked for records in a thread, since the verifier takes milliseconds, and asks it. */
#include "bpf-read.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct refusal {
	uint32_t program;
	int err;
	const char *call;
};

/* The thread may also read once, after another one has read. */
struct start {
	pthread_t thread;
	bool running;
	struct bytes skeleton; /* an own copy */
	uint32_t room;
	uint32_t order[MAX_PROGRAMS]; /* which of the skeleton's programs to try */
	size_t tries;
	struct refusal refusals[MAX_PROGRAMS];
	uint32_t refused;
	struct reader reader; /* its fd is -1 where all were refused */
	bool reads, has_read;
	struct reading reading;
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

static void refuse(struct start *start, uint32_t program, int err, const char *call) {
	start->refusals[start->refused++] = (struct refusal){program, err, call};
}

/* Whether the program was loaded and can be read. */
static bool try_program(struct start *start, const struct skeleton *skeleton, uint32_t number,
                        const struct loaded *loaded, struct btf *kernel) {
	const char *call;
	int program = load_program(skeleton, number, loaded, kernel, (struct bytes){0}, &call);
	int err = program < 0 ? errno : 0;
	bool is_run = skeleton->programs[number]->attach_type != BPF_TRACE_ITER;
	if (!err) err = open_reader(skeleton, is_run, program, loaded, start->room, &start->reader, &call);
	if (err) refuse(start, number, err, call);
	return !err;
}

static void load(struct start *start) {
	struct btf *kernel;
	struct skeleton skeleton;
	struct loaded loaded;
	const char *call = "open";
	uint32_t sizes[] = {0, start->room};
	open_skeleton(&skeleton, start->skeleton);
	int err = take_kernel_types(&kernel);
	if (err) return refuse(start, start->order[0], err, call);
	if ((err = load_maps(&skeleton, sizes, start->room ? 2 : 0, &loaded, &call))) {
		refuse(start, start->order[0], err, call);
	} else {
		for (size_t i = 0; i < start->tries; i++)
			if (try_program(start, &skeleton, start->order[i], &loaded, kernel)) break;
		close_loaded(&loaded);
	}
	give_back_kernel_types();
}

static void *run_start(void *arg) {
	struct start *start = arg;
	load(start);
	if (start->reads && start->reader.fd >= 0) {
		if (start->after) wait_for(start->after);
		const char *call;
		/* A failure will meet whoever reads next. */
		start->has_read = read_records(&start->reader, &start->reading, &call) == 0;
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
	close_reader(&start->reader);
	free(start->skeleton.data);
	free(start->reading.records.data);
	pthread_mutex_destroy(&start->lock);
	pthread_cond_destroy(&start->ended);
	free(start);
}

static void free_start(napi_env env, void *data, void *hint) {
	(void)env, (void)hint;
	end_start(data);
	drop_start(data);
}

static struct start *new_start(struct bytes skeleton) {
	struct start *start = calloc(1, sizeof *start);
	if (!start) return NULL;
	start->reader.fd = start->reader.question = -1;
	start->references = 1;
	pthread_mutex_init(&start->lock, NULL);
	pthread_cond_init(&start->ended, NULL);
	if ((start->skeleton.data = malloc(skeleton.size))) memcpy(start->skeleton.data, skeleton.data, skeleton.size);
	start->skeleton.size = skeleton.size;
	return start;
}

/*
 * bpfStart(skeleton, order, room, reads, after) → what bpfFinish takes: the skeleton is loaded meanwhile. order:
 * Uint32Array of the numbers of its programs, of which the first that the kernel takes is loaded. room: how many records
 * fit, 0 for what the program says itself. With reads = 1 it is also read once, and not before the start `after`, or
 * null, has been read.
 */
static napi_value start_reader(napi_env env, napi_callback_info info) {
	napi_value args[5], result;
	struct bytes bytes, order;
	struct skeleton skeleton;
	uint32_t room, reads;
	void *after = NULL;
	napi_valuetype kind;
	if (!read_arguments(env, info, 5, args) || !read_bytes(env, args[0], &bytes.data, &bytes.size) ||
	    !read_bytes(env, args[1], &order.data, &order.size) || !read_uint(env, args[2], &room) ||
	    !read_uint(env, args[3], &reads))
		return NULL;
	if (napi_typeof(env, args[4], &kind) != napi_ok ||
	    (kind != napi_null && napi_get_value_external(env, args[4], &after) != napi_ok))
		return throw_argument(env, "what bpfStart gave, or null");
	struct start *start = new_start(bytes);
	if (!start || !start->skeleton.data) return throw_errno(env, ENOMEM, "bpfStart");
	start->tries = order.size / sizeof(uint32_t);
	bool is_good = open_skeleton(&skeleton, start->skeleton) && start->tries > 0 && start->tries <= MAX_PROGRAMS;
	for (size_t i = 0; is_good && i < start->tries; i++) {
		memcpy(&start->order[i], (char *)order.data + i * sizeof(uint32_t), sizeof(uint32_t));
		is_good = start->order[i] < skeleton.program_count;
	}
	if (!is_good) {
		drop_start(start);
		return throw_argument(env, "a stored BPF skeleton and numbers of its programs");
	}
	start->room = room;
	start->reads = reads;
	if ((start->after = after)) start->after->references++;
	if (napi_create_external(env, start, free_start, NULL, &result) != napi_ok) {
		drop_start(start);
		return throw_errno(env, ENOMEM, "bpfStart");
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

/* {records, missed, torn}; the Buffer owns the records. */
static napi_value make_reading(napi_env env, struct reading *reading) {
	napi_value result, torn;
	napi_value records = make_buffer(env, reading->records.data, reading->records.size);
	reading->records.data = NULL;
	if (!records || napi_create_object(env, &result) != napi_ok) return NULL;
	napi_get_boolean(env, reading->is_torn, &torn);
	napi_set_named_property(env, result, "records", records);
	napi_set_named_property(env, result, "missed", make_int(env, (int64_t)reading->missed));
	napi_set_named_property(env, result, "torn", torn);
	return result;
}

static napi_value make_refusal(napi_env env, const struct refusal *refusal) {
	napi_value result, code, call;
	if (napi_create_object(env, &result) != napi_ok) return NULL;
	napi_create_string_utf8(env, errno_name(refusal->err), NAPI_AUTO_LENGTH, &code);
	napi_create_string_utf8(env, refusal->call, NAPI_AUTO_LENGTH, &call);
	napi_set_named_property(env, result, "program", make_int(env, refusal->program));
	napi_set_named_property(env, result, "code", code);
	napi_set_named_property(env, result, "syscall", call);
	return result;
}

static void free_reader(napi_env env, void *data, void *hint) {
	(void)env, (void)hint;
	close_reader(data);
	free(data);
}

/* An object for JavaScript that takes the start's reader over; null where there is none. */
static napi_value take_reader(napi_env env, struct start *start) {
	napi_value result;
	napi_get_null(env, &result);
	struct reader *reader = start->reader.fd < 0 ? NULL : malloc(sizeof *reader);
	if (!reader) return result;
	*reader = start->reader;
	if (napi_create_external(env, reader, free_reader, NULL, &result) == napi_ok) {
		memset(&start->reader, 0, sizeof start->reader);
		start->reader.fd = start->reader.question = -1;
	} else {
		free(reader);
	}
	return result;
}

/*
 * bpfFinish(start) → {reader, reading, refusals}, once; waits for it. reader: for bpfRead and bpfClose, or null; reading:
 * what was read, or null; refusals: programs that the kernel did not take, {program, code, syscall} of each.
 */
static napi_value finish(napi_env env, napi_callback_info info) {
	napi_value arg, result, reading, refusals;
	void *data;
	if (!read_arguments(env, info, 1, &arg)) return NULL;
	if (napi_get_value_external(env, arg, &data) != napi_ok) return throw_argument(env, "what bpfStart gave");
	struct start *start = data;
	end_start(start);
	napi_get_null(env, &reading);
	if (start->has_read && !(reading = make_reading(env, &start->reading))) return NULL;
	start->has_read = false;
	if (napi_create_object(env, &result) != napi_ok ||
	    napi_create_array_with_length(env, start->refused, &refusals) != napi_ok)
		return NULL;
	for (uint32_t i = 0; i < start->refused; i++)
		napi_set_element(env, refusals, i, make_refusal(env, &start->refusals[i]));
	napi_set_named_property(env, result, "reader", take_reader(env, start));
	napi_set_named_property(env, result, "reading", reading);
	napi_set_named_property(env, result, "refusals", refusals);
	return result;
}

static struct reader *take_open(napi_env env, napi_value value) {
	void *data;
	if (napi_get_value_external(env, value, &data) == napi_ok && ((struct reader *)data)->fd >= 0) return data;
	throw_argument(env, "an open reader of bpfFinish");
	return NULL;
}

static struct reader *to_reader(napi_env env, napi_callback_info info) {
	napi_value arg;
	return read_arguments(env, info, 1, &arg) ? take_open(env, arg) : NULL;
}

/* bpfAsk(reader, question): a typed array, as large as an element of the iterator's first map; for all later readings */
static napi_value ask_once(napi_env env, napi_callback_info info) {
	napi_value args[2];
	struct reader *reader;
	void *question;
	size_t size;
	if (!read_arguments(env, info, 2, args) || !(reader = take_open(env, args[0])) ||
	    !read_bytes(env, args[1], &question, &size))
		return NULL;
	if (size != reader->question_size) return throw_argument(env, "a question of the size that the program has");
	int err = ask_reader(reader, question);
	return err ? throw_errno(env, err, "bpf(MAP_UPDATE_ELEM)") : NULL;
}

/* bpfRead(reader) → {records, missed, torn}: a Buffer with all records of one pass, and how many found no room. */
static napi_value read_once(napi_env env, napi_callback_info info) {
	struct reader *reader = to_reader(env, info);
	struct reading reading;
	const char *call;
	if (!reader) return NULL;
	int err = read_records(reader, &reading, &call);
	return err ? throw_errno(env, err, call) : make_reading(env, &reading);
}

/* bpfClose(reader) */
static napi_value close_once(napi_env env, napi_callback_info info) {
	struct reader *reader = to_reader(env, info);
	if (reader) close_reader(reader);
	return NULL;
}

void init_bpf_start(napi_env env, napi_value exports) {
	export_function(env, exports, "bpfStart", start_reader);
	export_function(env, exports, "bpfFinish", finish);
	export_function(env, exports, "bpfAsk", ask_once);
	export_function(env, exports, "bpfRead", read_once);
	export_function(env, exports, "bpfClose", close_once);
}
