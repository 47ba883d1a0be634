/* What the files of the test bed share. The bed makes one namespace of a type in one hiding place, and holds it there. */
#ifndef BED_H
#define BED_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum type { CGROUP, IPC, MNT, NET, PID, TIME, USER, UTS, TYPES };

struct type_info {
	const char *name;
	uint64_t flag; /* CLONE_NEW… */
};
extern const struct type_info types[TYPES];

struct identity {
	uint64_t inode, dev;
	uint64_t id; /* the kernel's 64-bit id, 0 where it gives none */
};

/* What a child tells: why it failed, or a number and the identities of what it made. */
struct answer;

/* A hiding place: what makes one, and why the other types cannot be there. Makers return false after fail(). */
struct place {
	const char *name, *mechanism;
	uint32_t types; /* bits of 1 << type */
	bool (*make)(const struct place *place, enum type type);
	const char *otherwise; /* why not, for every type without a reason of its own */
	const char *reasons[TYPES];
};
extern const struct place task_places[], descriptor_places[], queue_places[], shown_places[], kept_places[], mount_places[], relation_places[];

/* report.c: the failed call, and the JSON lines. */
bool fail(const char *call); /* keeps errno and the call; returns false */
int fail_fd(const char *call); /* the same for functions that give a descriptor; returns -1 */
void copy_failure(struct answer *answer);
bool adopt_failure(const struct answer *answer); /* of a child; returns false */
void say_made(const struct place *place, enum type type, const struct identity *identity, const char *holder, ...)
	__attribute__((format(printf, 4, 5)));
/* A namespace that had to be made so that another can hide. */
void say_auxiliary(const struct place *place, enum type type, const struct identity *identity, const char *holder, ...)
	__attribute__((format(printf, 4, 5)));
void say_unsupported(const struct place *place, enum type type);
void say_list(const struct place *place, bool first);

/* child.c: processes that live until the bed ends them or goes away itself. */
struct answer {
	int error;
	char call[60];
	int number;
	struct identity made, other;
};
struct child {
	pid_t pid;
	int control; /* its other end is the child's; the child exits when it reads the end of file */
	int fd; /* a descriptor that the child handed over, or -1 */
	struct answer answer;
};
#define NOTHING (-2)
/* What a child does: returns a descriptor to hand over, NOTHING, or -1 after fail(). `answer` goes to the parent. */
typedef int (*work)(struct answer *answer, const void *argument);
bool spawn(struct child *child, uint64_t clone_flags, work body, const void *argument);
bool spawn_leaderless(struct child *child, uint64_t clone_flags, work body, const void *argument);
int idle(struct answer *answer, const void *argument);
void end(struct child *child); /* and its namespaces, unless something else holds them */
void keep(const struct child *child); /* until release_all */
void release_all(void);
bool send_fd(int socket, int fd);
int find_thread(pid_t pid); /* the one thread beside the leader */

/* namespace.c */
extern uid_t outer_uid;
extern gid_t outer_gid;
bool map_ids(void); /* in a new user namespace: its own ids become 0 */
bool identify(int fd, struct identity *identity);
bool identify_task(const char *directory, const char *link, struct identity *identity);
int open_namespace(pid_t pid, const char *link);
int new_namespace(enum type type, struct identity *identity); /* a descriptor; nobody is in it */
/* Runs `body` in a process that is in new namespaces, gives the descriptor it made and the identity of one of them. */
int take(enum type type, uint64_t more_flags, work body, const void *argument, struct identity *identity);
int reopen(int fd); /* the same object through a file of the bed's own credentials; closes `fd` */
uint64_t inode_of(int fd);

/* kept-places.c: of the program when it executes itself. */
int leave_user_namespace(const char *number);

/* veth.c */
bool make_veth(const char *name, const char *peer, pid_t peer_pid);
bool make_macvtap(const char *name, unsigned int lower); /* over a device of this index */
#endif
