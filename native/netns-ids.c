/* The numbers that network namespaces have for each other: RTM_GETNSID of rtnetlink(7), asked of many in one call. */
#include "network-visit.h"
#include "parallel.h"
#include <errno.h>
#include <linux/net_namespace.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Which number has the one for the other? Both are indices of targets. */
struct pair {
	uint32_t inside, of;
};

struct asking {
	struct targets targets;
	const struct pair *pairs;
	const size_t *groups; /* where pairs with the same inside begin; one more is the end of all */
	int32_t *answers;
};

struct question {
	struct nlmsghdr head;
	struct rtgenmsg body;
	char pad[3];
	struct rtattr attribute;
	int32_t fd;
};

/* What a reply says: a number, -1 for none, or an errno with the sign turned and one less. */
static int32_t read_reply(const char *reply, size_t size) {
	struct nlmsghdr head;
	struct rtattr attribute;
	int32_t value;
	if (size < sizeof head + sizeof value) return -1 - EPROTO;
	memcpy(&head, reply, sizeof head);
	memcpy(&value, reply + sizeof head, sizeof value);
	if (head.nlmsg_type == NLMSG_ERROR) return value - 1;
	for (size_t at = NLMSG_LENGTH(NLMSG_ALIGN(sizeof(struct rtgenmsg))); at + sizeof attribute + sizeof value <= size;) {
		memcpy(&attribute, reply + at, sizeof attribute);
		memcpy(&value, reply + at + sizeof attribute, sizeof value);
		if (attribute.rta_type == NETNSA_NSID) return value < 0 ? -1 : value;
		if (attribute.rta_len < sizeof attribute) break;
		at += RTA_ALIGN(attribute.rta_len);
	}
	return -1 - EPROTO;
}

static int32_t ask(int route, int netns) {
	struct question question = {
		.head = {.nlmsg_len = sizeof question, .nlmsg_type = RTM_GETNSID, .nlmsg_flags = NLM_F_REQUEST},
		.attribute = {.rta_len = RTA_LENGTH(sizeof question.fd), .rta_type = NETNSA_FD},
		.fd = netns,
	};
	char reply[512];
	if (send(route, &question, sizeof question, 0) < 0) return -1 - errno;
	ssize_t got = recv(route, reply, sizeof reply, 0);
	return got < 0 ? -1 - errno : read_reply(reply, (size_t)got);
}

static int32_t ask_about(const struct asking *asking, int route, uint32_t of) {
	int netns = open_target(&asking->targets, of);
	if (netns < 0) return -1 - errno;
	int32_t answer = ask(route, netns);
	close(netns);
	return answer;
}

static void ask_group(void *context, size_t group) {
	const struct asking *asking = context;
	size_t from = asking->groups[group], to = asking->groups[group + 1];
	int err = go_inside(&asking->targets, asking->pairs[from].inside), route = -1;
	if (!err && (route = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) < 0) err = errno;
	for (size_t i = from; i < to; i++)
		asking->answers[i] = err ? -1 - err : ask_about(asking, route, asking->pairs[i].of);
	if (route >= 0) close(route);
}

/* Fills the groups; their number, or SIZE_MAX where a pair names no target. */
static size_t find_groups(const struct asking *asking, size_t pair_count, size_t *groups) {
	size_t count = 0;
	for (size_t i = 0; i < pair_count; i++) {
		const struct pair *pair = &asking->pairs[i];
		if (pair->inside >= asking->targets.count || pair->of >= asking->targets.count) return SIZE_MAX;
		if (i == 0 || pair->inside != pair[-1].inside) groups[count++] = i;
	}
	groups[count] = pair_count;
	return count;
}

/*
 * askNsids(paths: Uint8Array of names that end with 0, inodes: Uint32Array, pairs: Uint32Array) → Buffer of int32:
 * for each pair of indices {inside, of} the number that the first network namespace has for the second, -1 for none, or an
 * errno with the sign turned and one less. Pairs with the same first one should follow each other.
 */
static napi_value ask_nsids(napi_env env, napi_callback_info info) {
	napi_value args[3], result = NULL;
	struct asking asking = {0};
	void *pairs;
	size_t size;
	if (!read_arguments(env, info, 3, args) || !read_bytes(env, args[2], &pairs, &size) ||
	    !read_targets(env, args[0], args[1], &asking.targets))
		return NULL;
	size_t pair_count = size / sizeof *asking.pairs;
	size_t *groups = calloc(pair_count + 1, sizeof *groups);
	asking.pairs = pairs;
	asking.groups = groups;
	asking.answers = calloc(pair_count + 1, sizeof *asking.answers);
	size_t count = groups && asking.answers ? find_groups(&asking, pair_count, groups) : 0;
	if (!groups || !asking.answers) throw_errno(env, ENOMEM, "calloc");
	else if (count == SIZE_MAX) throw_argument(env, "expected pairs of indices of paths");
	else if (!for_all_apart(count, 1, ask_group, &asking)) throw_errno(env, EAGAIN, "pthread_create");
	else {
		result = make_buffer(env, asking.answers, pair_count * sizeof *asking.answers);
		asking.answers = NULL;
	}
	free(asking.answers);
	free(groups);
	free_targets(&asking.targets);
	return result;
}

void init_netns_ids(napi_env env, napi_value exports) {
	export_function(env, exports, "askNsids", ask_nsids);
}
