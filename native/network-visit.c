/* What many network namespaces answer: dumps of netlink(7), and files that show the namespace of the thread that reads. */
#include "network-visit.h"
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

struct asking {
	struct targets targets;
	const char *messages; /* each as long as its head says */
	const uint32_t *protocols;
	size_t message_count;
	const char *files; /* names that end with 0 */
	size_t question_count;
	size_t max_bytes; /* of one answer: it ends after the piece that reaches this */
	size_t room; /* of the answers' data */
	struct answers answers;
};

/* Whoever may not enter the namespace that it is in already need not. */
static bool is_there(int netns) {
	struct stat own, other;
	return fstatat(AT_FDCWD, "/proc/thread-self/ns/net", &own, 0) == 0 && fstat(netns, &other) == 0 &&
	       own.st_dev == other.st_dev && own.st_ino == other.st_ino;
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

/* Room for one more piece; an answer stands where it was read to. */
static char *make_room(struct asking *asking) {
	if (asking->room - asking->answers.size < PIECE) {
		size_t room = asking->room * 2 + 4 * PIECE;
		char *data = realloc(asking->answers.data, room);
		if (!data) return NULL;
		asking->answers.data = data;
		asking->room = room;
	}
	return asking->answers.data + asking->answers.size;
}

static int read_dump(struct asking *asking, int socket, size_t start) {
	for (;;) {
		char *piece = make_room(asking);
		if (!piece) return ENOMEM;
		ssize_t got = recv(socket, piece, PIECE, 0);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return errno;
		asking->answers.size += (size_t)got;
		if (got == 0 || asking->answers.size - start >= asking->max_bytes || is_end(piece, (size_t)got)) return 0;
	}
}

static int read_whole(struct asking *asking, const char *path, size_t start) {
	int file = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	if (file < 0) return errno;
	while (!err && asking->answers.size - start < asking->max_bytes) {
		char *piece = make_room(asking);
		ssize_t got = piece ? read(file, piece, PIECE) : -1;
		if (got == 0) break;
		if (got > 0) asking->answers.size += (size_t)got;
		else if (!piece) err = ENOMEM;
		else if (errno != EINTR) err = errno;
	}
	close(file);
	return err;
}

/* A failed answer leaves nothing. */
static void conclude(struct asking *asking, double *size, size_t start, int err) {
	if (err) asking->answers.size = start;
	*size = err ? -1 - err : (double)(asking->answers.size - start);
}

/* A socket stays with its namespace: questions of one protocol that follow each other share it. */
static void ask_inside(struct asking *asking, double *sizes) {
	int asked = -1;
	uint32_t protocol = 0;
	const char *message = asking->messages;
	for (size_t i = 0; i < asking->message_count; i++) {
		struct nlmsghdr head;
		size_t start = asking->answers.size;
		memcpy(&head, message, sizeof head);
		if (asked >= 0 && protocol != asking->protocols[i]) close(asked), asked = -1;
		protocol = asking->protocols[i];
		if (asked < 0) asked = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, (int)protocol);
		int err = asked < 0 || send(asked, message, head.nlmsg_len, 0) < 0 ? errno : read_dump(asking, asked, start);
		conclude(asking, &sizes[i], start, err);
		/* A dump that was left unfinished would answer the next question. */
		if (asked >= 0 && (err || sizes[i] >= asking->max_bytes)) close(asked), asked = -1;
		message += NLMSG_ALIGN(head.nlmsg_len);
	}
	if (asked >= 0) close(asked);
	const char *file = asking->files;
	for (size_t i = asking->message_count; i < asking->question_count; i++, file += strlen(file) + 1) {
		size_t start = asking->answers.size;
		conclude(asking, &sizes[i], start, read_whole(asking, file, start));
	}
}

static void ask_all(void *context, size_t index) {
	struct asking *asking = context;
	for (size_t i = 0; i < asking->targets.count; i++) {
		double *sizes = asking->answers.sizes + i * asking->question_count;
		int err = go_inside(&asking->targets, i);
		if (!err) ask_inside(asking, sizes);
		else
			for (size_t j = 0; j < asking->question_count; j++) sizes[j] = -1 - err;
	}
	(void)index;
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

static napi_value give(napi_env env, struct answers *answers, size_t count) {
	napi_value result;
	char *data = realloc(answers->data, answers->size + 1);
	if (!data) return throw_errno(env, ENOMEM, "realloc");
	answers->data = NULL;
	if (napi_create_array_with_length(env, 2, &result) != napi_ok) return free(data), NULL;
	napi_set_element(env, result, 0, make_buffer(env, data, answers->size));
	napi_set_element(env, result, 1, make_buffer(env, answers->sizes, count * sizeof *answers->sizes));
	answers->sizes = NULL;
	return result;
}

napi_value gather_answers(napi_env env, struct answers *answers, size_t count, work_on *ask_all, void *asking) {
	napi_value result = NULL;
	answers->sizes = calloc(count + 1, sizeof *answers->sizes);
	if (!answers->sizes) throw_errno(env, ENOMEM, "calloc");
	else if (!for_all_apart(1, 1, ask_all, asking)) throw_errno(env, EAGAIN, "pthread_create");
	else result = give(env, answers, count);
	free(answers->data);
	free(answers->sizes);
	return result;
}

/*
 * askNetworks(paths: Uint8Array of names that end with 0, inodes: Uint32Array, messages: Uint8Array of requests of netlink,
 * protocols: Uint32Array with one for each, files: Uint8Array of paths that end with 0, maxBytes) → [answers, sizes]: of each
 * network namespace what each request and then each file gives there, one after another, and a Buffer with the size of
 * each as a double: below zero an errno with the sign turned and one less. One thread of the addon's own goes there: the
 * kernel has one lock for the links of all namespaces.
 */
static napi_value ask_networks(napi_env env, napi_callback_info info) {
	napi_value args[6];
	struct asking asking = {0};
	if (!read_arguments(env, info, 6, args) || !read_question(env, args, &asking) ||
	    !read_targets(env, args[0], args[1], &asking.targets))
		return NULL;
	size_t count = asking.targets.count * asking.question_count;
	napi_value result = gather_answers(env, &asking.answers, count, ask_all, &asking);
	free_targets(&asking.targets);
	return result;
}

void init_network_visit(napi_env env, napi_value exports) {
	export_function(env, exports, "askNetworks", ask_networks);
}
