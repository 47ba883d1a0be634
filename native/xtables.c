/* The rules of a table of ip_tables or ip6_tables in many network namespaces: getsockopt(2) on any socket of the family. */
#include "network-visit.h"
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* IPT_SO_GET_INFO and IPT_SO_GET_ENTRIES; those of ip6_tables are the same. */
#define GET_INFO 64
#define GET_ENTRIES 65
#define NAME 32
/* The rules may be changed between both questions: EAGAIN. */
#define TRIES 5

/* struct ipt_getinfo */
struct info {
	char name[NAME];
	uint32_t valid_hooks, hook_entry[5], underflow[5], num_entries, size;
};

/* struct ipt_get_entries */
struct entries {
	char name[NAME];
	uint32_t size;
	char data[] __attribute__((aligned(8)));
};

struct asking {
	struct targets targets;
	int family;
	const char *table; /* ends with 0 */
	struct answers answers;
};

/* The description, then the entries; an errno. */
static int read_table(struct asking *asking, int asked) {
	int level = asking->family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6, err;
	struct info info = {0};
	socklen_t length = sizeof info;
	strncpy(info.name, asking->table, NAME - 1);
	if (getsockopt(asked, level, GET_INFO, &info, &length) < 0) return errno;
	struct entries *entries = malloc(sizeof *entries + info.size);
	char *data = entries ? realloc(asking->answers.data, asking->answers.size + sizeof info + info.size) : NULL;
	if (!data) return free(entries), ENOMEM;
	asking->answers.data = data;
	memcpy(entries->name, info.name, NAME);
	entries->size = info.size;
	length = (socklen_t)(sizeof *entries + info.size);
	err = getsockopt(asked, level, GET_ENTRIES, entries, &length) < 0 ? errno : 0;
	if (!err) {
		memcpy(data + asking->answers.size, &info, sizeof info);
		memcpy(data + asking->answers.size + sizeof info, entries->data, info.size);
		asking->answers.size += sizeof info + info.size;
	}
	free(entries);
	return err;
}

static void ask_all(void *context, size_t index) {
	struct asking *asking = context;
	for (size_t i = 0; i < asking->targets.count; i++) {
		size_t start = asking->answers.size;
		int err = go_inside(&asking->targets, i), asked = -1;
		if (!err && (asked = socket(asking->family, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0) err = errno;
		if (!err) {
			int tries = TRIES;
			do err = read_table(asking, asked);
			while (err == EAGAIN && --tries > 0);
		}
		if (asked >= 0) close(asked);
		asking->answers.sizes[i] = err ? -1 - err : (double)(asking->answers.size - start);
	}
	(void)index;
}

/*
 * readXtables(paths: Uint8Array of names that end with 0, inodes: Uint32Array, family, table: Uint8Array that ends with 0)
 * → [answers, sizes]: of each network namespace struct ipt_getinfo and the entries of the table, one after another, and a
 * Buffer with the size of each as a double: below zero an errno with the sign turned and one less. The kernel makes a table
 * that is not there yet, and loads its module: whoever calls this knows that it is there.
 */
static napi_value read_xtables(napi_env env, napi_callback_info info) {
	napi_value args[4], result = NULL;
	struct asking asking = {0};
	uint32_t family;
	void *table;
	size_t size;
	if (!read_arguments(env, info, 4, args) || !read_uint(env, args[2], &family) ||
	    !read_bytes(env, args[3], &table, &size) || !read_targets(env, args[0], args[1], &asking.targets))
		return NULL;
	asking.family = (int)family;
	asking.table = table;
	if (size == 0 || asking.table[size - 1] != 0) throw_argument(env, "expected the name of a table that ends with 0");
	else result = gather_answers(env, &asking.answers, asking.targets.count, ask_all, &asking);
	free_targets(&asking.targets);
	return result;
}

void init_xtables(napi_env env, napi_value exports) {
	export_function(env, exports, "readXtables", read_xtables);
}
