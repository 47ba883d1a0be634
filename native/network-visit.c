/* What many network namespaces answer: dumps of netlink(7), and files that show the namespace of the thread that reads. */
#include "network-visit.h"
#include "parallel.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A dump comes in pieces of at most 32 KiB: netlink_dump() of net/netlink/af_netlink.c. */
#define PIECE 65536

/* What was answered, whole messages or the text of a file, or why nothing was. */
struct answer {
	char *data;
	size_t size;
	int err;
};

struct asking {
	struct targets targets;
	const char *messages; /* each as long as its head says */
	const uint32_t *protocols;
	size_t message_count;
	const char *files; /* names that end with 0 */
	size_t question_count;
	size_t max_bytes; /* of one answer: it ends after the piece that reaches this */
	struct answer *answers;
	int *errors; /* of each namespace, that it could not be entered */
};

/* Whoever may not enter the namespace that it is in already need not. */
static bool is_there(int netns) {
	struct stat own, other;
	return stat("/proc/thread-self/ns/net", &own) == 0 && fstat(netns, &other) == 0 && own.st_dev == other.st_dev &&
	       own.st_ino == other.st_ino;
}

int go_inside(const struct targets *targets, size_t index) {
	int netns = open_target(targets, index);
	if (netns < 0) return errno;
	int err = setns(netns, CLONE_NEWNET) < 0 ? errno : 0;
	if (err == EPERM && is_there(netns)) err = 0;
	close(netns);
	return err;
}

/* Whether the last of these messages ends the dump; one that is cut ends it as well, and whoever parses it says so. */
static bool is_end(const char *piece, size_t size) {
	while (size >= sizeof(struct nlmsghdr)) {
		struct nlmsghdr head;
		memcpy(&head, piece, sizeof head);
		if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR) return true;
		if (head.nlmsg_len < sizeof head || head.nlmsg_len > size) return true;
		size_t whole = NLMSG_ALIGN(head.nlmsg_len) < size ? NLMSG_ALIGN(head.nlmsg_len) : size;
		piece += whole;
		size -= whole;
	}
	return size > 0;
}

static int append(struct answer *answer, const char *piece, size_t size) {
	char *data = realloc(answer->data, answer->size + size + 1);
	if (!data) return ENOMEM;
	answer->data = data;
	memcpy(data + answer->size, piece, size);
	answer->size += size;
	return 0;
}

static int read_dump(int socket, size_t max_bytes, struct answer *answer) {
	char piece[PIECE];
	for (;;) {
		ssize_t got = recv(socket, piece, sizeof piece, 0);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return errno;
		int err = append(answer, piece, (size_t)got);
		if (err || got == 0 || answer->size >= max_bytes || is_end(piece, (size_t)got)) return err;
	}
}

static int read_whole(const char *path, size_t max_bytes, struct answer *answer) {
	char piece[PIECE];
	int file = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	if (file < 0) return errno;
	while (!err && answer->size < max_bytes) {
		ssize_t got = read(file, piece, sizeof piece);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) err = errno;
		if (got <= 0) break;
		err = append(answer, piece, (size_t)got);
	}
	close(file);
	if (!err && !answer->data) err = append(answer, "", 0);
	return err;
}

/* A socket stays with its namespace: questions of one protocol that follow each other share it. */
static void ask_inside(const struct asking *asking, struct answer *answers) {
	int asked = -1;
	uint32_t protocol = 0;
	const char *message = asking->messages;
	for (size_t i = 0; i < asking->message_count; i++) {
		struct nlmsghdr head;
		memcpy(&head, message, sizeof head);
		if (asked >= 0 && protocol != asking->protocols[i]) close(asked), asked = -1;
		protocol = asking->protocols[i];
		if (asked < 0) asked = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, (int)protocol);
		if (asked < 0 || send(asked, message, head.nlmsg_len, 0) < 0) answers[i].err = errno;
		else {
			answers[i].err = read_dump(asked, asking->max_bytes, &answers[i]);
			/* A dump that was left unfinished would answer the next question. */
			if (answers[i].size >= asking->max_bytes) close(asked), asked = -1;
		}
		message += NLMSG_ALIGN(head.nlmsg_len);
	}
	if (asked >= 0) close(asked);
	const char *file = asking->files;
	for (size_t i = asking->message_count; i < asking->question_count; i++, file += strlen(file) + 1)
		answers[i].err = read_whole(file, asking->max_bytes, &answers[i]);
}

static void ask_one(void *context, size_t index) {
	struct asking *asking = context;
	asking->errors[index] = go_inside(&asking->targets, index);
	if (!asking->errors[index]) ask_inside(asking, asking->answers + index * asking->question_count);
}

static napi_value to_value(napi_env env, const struct answer *answer) {
	if (!answer->err) return make_buffer(env, answer->data, answer->size);
	free(answer->data);
	return make_int(env, answer->err);
}

static napi_value to_list(napi_env env, const struct answer *answers, size_t count) {
	napi_value list = NULL;
	if (napi_create_array_with_length(env, count, &list) != napi_ok) return NULL;
	for (size_t i = 0; i < count; i++) napi_set_element(env, list, (uint32_t)i, to_value(env, &answers[i]));
	return list;
}

/* The messages must fill their bytes, one for each protocol; false after throwing. */
static bool check_messages(napi_env env, struct asking *asking, size_t size) {
	size_t at = 0, count = 0;
	for (struct nlmsghdr head; size - at >= sizeof head; count++) {
		memcpy(&head, asking->messages + at, sizeof head);
		if (head.nlmsg_len < sizeof head || NLMSG_ALIGN(head.nlmsg_len) > size - at) break;
		at += NLMSG_ALIGN(head.nlmsg_len);
	}
	if (at == size && count == asking->message_count) return true;
	return throw_argument(env, "expected a whole message for each protocol"), false;
}

static bool read_question(napi_env env, const napi_value *args, struct asking *asking) {
	void *messages, *protocols, *files;
	size_t size, protocols_size, files_size;
	uint32_t max_bytes;
	if (!read_bytes(env, args[2], &messages, &size) || !read_bytes(env, args[3], &protocols, &protocols_size) ||
	    !read_bytes(env, args[4], &files, &files_size) || !read_uint(env, args[5], &max_bytes))
		return false;
	asking->messages = messages;
	asking->protocols = protocols;
	asking->question_count = asking->message_count = protocols_size / sizeof(uint32_t);
	asking->files = files;
	asking->max_bytes = max_bytes;
	for (size_t i = 0; i < files_size; i++) asking->question_count += asking->files[i] == 0;
	return check_messages(env, asking, size);
}

/*
 * askNetworks(paths: Uint8Array of names that end with 0, inodes: Uint32Array, messages: Uint8Array of requests of netlink,
 * protocols: Uint32Array with one for each, files: Uint8Array of paths that end with 0, maxBytes, threads) → for each network
 * namespace an errno, or what each request and then each file gives there: a Buffer, or an errno. Threads of the addon's
 * own go there.
 */
static napi_value ask_networks(napi_env env, napi_callback_info info) {
	napi_value args[7], result = NULL;
	struct asking asking = {0};
	uint32_t threads;
	if (!read_arguments(env, info, 7, args) || !read_question(env, args, &asking) || !read_uint(env, args[6], &threads) ||
	    !read_targets(env, args[0], args[1], &asking.targets))
		return NULL;
	size_t count = asking.targets.count;
	asking.answers = calloc(count * asking.question_count + 1, sizeof *asking.answers);
	asking.errors = calloc(count + 1, sizeof *asking.errors);
	bool room = asking.answers && asking.errors;
	bool done = room && for_all_apart(count, threads, ask_one, &asking);
	if (!done) throw_errno(env, room ? EAGAIN : ENOMEM, room ? "pthread_create" : "calloc");
	else if (napi_create_array_with_length(env, count, &result) == napi_ok)
		for (size_t i = 0; i < count; i++) {
			const struct answer *answers = asking.answers + i * asking.question_count;
			napi_set_element(env, result, (uint32_t)i,
			                 asking.errors[i] ? make_int(env, asking.errors[i]) : to_list(env, answers, asking.question_count));
		}
	free(asking.answers);
	free(asking.errors);
	free_targets(&asking.targets);
	return result;
}

void init_network_visit(napi_env env, napi_value exports) {
	export_function(env, exports, "askNetworks", ask_networks);
}
