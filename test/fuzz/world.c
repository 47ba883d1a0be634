/*
 * world: makes namespaces and holders step by step, and says after each what is true now.
 *   world    reads steps from its standard input, one a line: a letter (moves.c) and three numbers; "ready" is answered
 *            with {"say":"ready"}. It ends, and everything with it, when its standard input does.
 * What it prints are changes, one JSON object a line: its namespaces, processes and holders, by their numbers in its
 * tables. It knows all of them by what it did itself, and asks nscope nothing.
 */
#include "world.h"
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static void begin(void) {
	struct worker self = {.pid = getpid(), .init_of = -1};
	struct identity identity;
	for (int type = 0; type < TYPES; type++) {
		identify_task("/proc/self", types[type].name, &identity);
		self.in[type] = self.for_children[type] = add_space(type, &identity, -1, -1, 0);
	}
	add_worker(&self);
}

static void unmount_names(void) {
	char path[64];
	for (int i = 0; i < holder_count; i++) {
		if (holders[i].released || holders[i].fd >= 0 || holders[i].worker != 0 || holders[i].is_copy) continue;
		path_of(path, MNT, -holders[i].path);
		umount2(path, MNT_DETACH);
		unlink(path);
	}
	rmdir("/run/netns");
}

/* As in the bed: an older mount namespace is one with a smaller id, and 6.18 hands ids out per processor. */
static void stay_on_this_processor(void) {
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	sched_setaffinity(0, sizeof set, &set);
}

int main(void) {
	char line[128], step;
	int numbers[3];
	setvbuf(stdout, NULL, _IOLBF, 0);
	stay_on_this_processor();
	begin();
	while (fgets(line, sizeof line, stdin)) {
		if (!strcmp(line, "ready\n")) printf("{\"say\":\"ready\"}\n");
		else if (sscanf(line, "%c %d %d %d", &step, numbers, numbers + 1, numbers + 2) == 4 && !take_step(step, numbers)) skip_step();
	}
	end_all();
	unmount_names();
	return 0;
}
