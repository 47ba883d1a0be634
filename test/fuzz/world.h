/* What the files of the world share. The world makes namespaces and holders step by step, and tells what it did: the truth. */
#ifndef WORLD_H
#define WORLD_H
#include "../bed/bed.h"

#define MAX_WORKERS 24
#define MAX_SPACES 160
#define MAX_HOLDERS 400
#define NOBODY 65534

/* A namespace. The first ones, one of each type, are those that the world itself is in. */
struct space {
	enum type type;
	int owner, parent; /* indices of spaces, -1 for none */
};

/* A process. Worker 0 is the world itself, whose child every other is. */
struct worker {
	pid_t pid, tid; /* of its thread, 0 while there is none */
	int control;
	int in[TYPES], for_children[TYPES]; /* indices of spaces */
	int init_of; /* its pid namespace, -1 where it is not its init */
	bool nobody, ended;
};

/* What keeps a namespace, apart from its members: a descriptor of a worker's, or a mount. */
struct holder {
	const char *kind;
	int worker, fd, space;
	int room, path; /* of a mount: the mount namespace, and the number in its path */
	bool is_copy, is_left, released;
};

extern struct space spaces[MAX_SPACES];
extern struct worker workers[MAX_WORKERS];
extern struct holder holders[MAX_HOLDERS];
extern int space_count, worker_count, holder_count;

/* ledger.c: keeps the tables, and prints a JSON line for each change. */
int add_space(enum type type, const struct identity *identity, int owner, int parent, uid_t uid);
int add_worker(const struct worker *worker);
int add_holder(struct holder holder);
void release_holder(int index);
void copy_mounts(int from, int to); /* a new mount namespace has what the old one has, but no mnt namespaces */
void leave_mounts(int room); /* no step unmounts them from now on */
void cover_mounts(int room); /* those below /mnt, which has a new mount: no path leads there */
void say_task(const char *what, int worker, enum type type, int space);
void say_ended(int worker, const char *how);
bool skip_step(void); /* says why the last step was not done; returns false */

/* worker.c: the loop of a worker, and what the world has it do. */
struct order {
	char what;
	enum type type;
	int number;
};
void serve(int control) __attribute__((noreturn));
/* Sends an order, with a descriptor unless `fd` is -1; `given` takes the one that comes back. Returns a number, -1 after fail(). */
int command(struct worker *worker, struct order order, int fd, int *given);
void path_of(char path[64], int room, int number);
bool make_room(void); /* a mount namespace of one's own: private, with an empty /mnt */

/* lives.c: makes workers and ends them. */
bool make_worker(int from, uint32_t flags, bool nobody);
bool end_worker(int index, bool stay);
void end_all(void);

/* moves.c: a step on what is there. */
bool take_step(char step, const int *numbers);
#endif
