/*
 * bed: makes one namespace of each type in each hiding place, says what it made, and holds it until its standard input
 * ends.
 *   bed --list                        the places and types, and why the others cannot be, as JSON
 *   bed [--user] [PLACE[:TYPE,…]…]    all, or the named; --user works inside a user namespace of its own, without root
 * It prints one JSON object a line: what was made (place, type, inode, dev, id where the kernel gives one, holder; with
 * "auxiliary" when it had to be made so that another can hide), what this kernel or user cannot (place, type,
 * "unsupported": the errno and the call), and {"ready":true} at the end.
 */
#include "bed.h"
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct place *const tables[] = {task_places, descriptor_places, queue_places, shown_places, kept_places, mount_places, relation_places};
#define TABLES (sizeof tables / sizeof *tables)

/* Whether `word` names the place, and which types of it: "fd", "fd:net,uts". */
static uint32_t wanted_types(const char *word, const struct place *place) {
	size_t length = strcspn(word, ":");
	if (strlen(place->name) != length || strncmp(word, place->name, length)) return 0;
	if (!word[length]) return place->types;
	uint32_t wanted = 0;
	for (const char *name = word + length; *name; name += strcspn(name, ",")) {
		name++;
		for (int type = 0; type < TYPES; type++)
			if (strlen(types[type].name) == strcspn(name, ",") && !strncmp(types[type].name, name, strcspn(name, ",")))
				wanted |= 1U << type;
	}
	return wanted & place->types;
}

static int make_places(const char *word) {
	int made = 0;
	for (size_t table = 0; table < TABLES; table++)
		for (const struct place *place = tables[table]; place->name; place++) {
			uint32_t wanted = word ? wanted_types(word, place) : place->types;
			for (enum type type = 0; type < TYPES; type++) {
				if (!(wanted >> type & 1)) continue;
				if (!place->make(place, type)) say_unsupported(place, type);
				made++;
			}
		}
	return made;
}

/*
 * Linux 6.18 hands the 64-bit ids out per processor, and takes a mount namespace with a smaller id for an older one, which
 * cannot be bound: on one processor the ids rise.
 */
static void stay_on_this_processor(void) {
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	sched_setaffinity(0, sizeof set, &set);
}

static bool enter_user_namespace(void) {
	static const struct place bed = {.name = "bed"};
	struct identity identity;
	if (unshare(CLONE_NEWUSER) < 0) return fail("unshare(CLONE_NEWUSER)") || (say_unsupported(&bed, USER), false);
	if (!map_ids() || !identify_task("/proc/self", "user", &identity)) return say_unsupported(&bed, USER), false;
	say_auxiliary(&bed, USER, &identity, "\"pid\":%d", getpid());
	return true;
}

int main(int count, char **words) {
	bool first = true, user = false;
	outer_uid = geteuid();
	outer_gid = getegid();
	if (count > 1 && !strcmp(words[1], "--list")) {
		printf("[");
		for (size_t table = 0; table < TABLES; table++)
			for (const struct place *place = tables[table]; place->name; place++, first = false) say_list(place, first);
		printf("]\n");
		return 0;
	}
	if (count == 3 && !strcmp(words[1], "--leave")) return leave_user_namespace(words[2]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	stay_on_this_processor();
	int at = 1;
	if (at < count && !strcmp(words[at], "--user")) user = true, at++;
	if (user && !enter_user_namespace()) return 1;
	if (at == count) make_places(NULL);
	for (; at < count; at++)
		if (!make_places(words[at])) return fprintf(stderr, "bed: no such place and type: %s\n", words[at]), 2;
	printf("{\"ready\":true}\n");
	char byte;
	while (read(0, &byte, 1) > 0 || errno == EINTR) errno = 0;
	release_all();
	return 0;
}
