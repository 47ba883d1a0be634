/* The tables of what was made, and a JSON line for each change. */
#include "world.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct space spaces[MAX_SPACES];
struct worker workers[MAX_WORKERS];
struct holder holders[MAX_HOLDERS];
int space_count, worker_count, holder_count;

int add_space(enum type type, const struct identity *identity, int owner, int parent, uid_t uid) {
	spaces[space_count] = (struct space){type, owner, parent};
	printf("{\"say\":\"space\",\"space\":%d,\"type\":\"%s\",\"inode\":%lu,\"dev\":%lu,\"id\":\"%lu\",\"owner\":%d,\"parent\":%d,"
	       "\"uid\":%u}\n",
	       space_count, types[type].name, identity->inode, identity->dev, identity->id, owner, parent, uid);
	return space_count++;
}

int add_worker(const struct worker *worker) {
	workers[worker_count] = *worker;
	printf("{\"say\":\"worker\",\"worker\":%d,\"pid\":%d,\"nobody\":%s,\"in\":{", worker_count, worker->pid,
	       worker->nobody ? "true" : "false");
	for (int type = 0; type < TYPES; type++)
		printf("%s\"%s\":%d", type ? "," : "", types[type].name, worker->in[type]);
	printf("}}\n");
	return worker_count++;
}

int add_holder(struct holder holder) {
	char path[64];
	holders[holder_count] = holder;
	printf("{\"say\":\"holder\",\"holder\":%d,\"kind\":\"%s\",\"space\":%d,", holder_count, holder.kind, holder.space);
	if (strcmp(holder.kind, "bind-mount")) printf("\"worker\":%d,\"fd\":%d}\n", holder.worker, holder.fd);
	else {
		path_of(path, holder.path < 0 ? MNT : -1, holder.path < 0 ? -holder.path : holder.path);
		printf("\"room\":%d,\"path\":\"%s\"}\n", holder.room, path);
	}
	return holder_count++;
}

void release_holder(int index) {
	holders[index].released = true;
	printf("{\"say\":\"released\",\"holder\":%d}\n", index);
}

void copy_mounts(int from, int to) {
	for (int i = 0, end = holder_count; i < end; i++) {
		struct holder copy = holders[i];
		if (copy.released || copy.fd >= 0 || copy.room != from || spaces[copy.space].type == MNT) continue;
		copy.room = to;
		copy.is_copy = true;
		if (holder_count < MAX_HOLDERS) add_holder(copy);
	}
}

void leave_mounts(int room) {
	for (int i = 0; i < holder_count; i++)
		if (holders[i].fd < 0 && holders[i].room == room) holders[i].is_left = true;
}

void cover_mounts(int room) {
	leave_mounts(room);
	for (int i = 0; i < holder_count; i++)
		if (holders[i].fd < 0 && holders[i].room == room && holders[i].path > 0 && !holders[i].released)
			printf("{\"say\":\"covered\",\"holder\":%d}\n", i);
}

void say_task(const char *what, int worker, enum type type, int space) {
	printf("{\"say\":\"%s\",\"worker\":%d,\"tid\":%d,\"type\":\"%s\",\"space\":%d}\n", what, worker, workers[worker].tid,
	       types[type].name, space);
}

void say_ended(int worker, const char *how) {
	workers[worker].ended = true;
	printf("{\"say\":\"ended\",\"worker\":%d,\"how\":\"%s\"}\n", worker, how);
	for (int i = 0; i < holder_count; i++)
		if (holders[i].fd >= 0 && holders[i].worker == worker) holders[i].released = true;
}

bool skip_step(void) {
	struct answer answer;
	copy_failure(&answer);
	const char *name = strerrorname_np(answer.error);
	printf("{\"say\":\"skipped\",\"why\":\"%s %s\"}\n", name ? name : "E?", answer.call);
	return false;
}
