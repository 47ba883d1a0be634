/* Hiding places behind other namespaces: a child, an owned one, a veth's peer. */
#include "bed.h"
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIT(type) (1U << (type))

static int make_child_user(struct answer *answer, const void *argument) {
	(void)argument;
	return new_namespace(USER, &answer->other);
}

/* The child's /proc shows the processes of another pid namespace: the bed opens the link by the child's own number. */
static int make_child_pid(struct answer *answer, const void *argument) {
	(void)answer;
	(void)argument;
	if (unshare(CLONE_NEWPID) < 0) return fail_fd("unshare");
	pid_t init = fork();
	if (init == 0) _exit(0);
	return init < 0 || waitpid(init, NULL, 0) != init ? fail_fd("fork") : NOTHING;
}

static bool make_parent(const struct place *place, enum type type) {
	struct child child;
	struct identity identity, inner;
	char directory[32];
	if (!spawn(&child, types[type].flag, type == USER ? make_child_user : make_child_pid, NULL)) return false;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	bool done = identify_task(directory, types[type].name, &identity);
	/* Opened anew: the credentials of the child's own file would hold the parent. */
	int fd = type == USER ? reopen(child.fd) : open_namespace(child.pid, "pid_for_children");
	end(&child);
	if (!done || fd < 0 || !identify(fd, &inner)) return false;
	say_auxiliary(place, type, &inner, "\"pid\":%d,\"fd\":%d", getpid(), fd);
	say_made(place, type, &identity, "\"child\":%lu", inner.inode);
	return true;
}

static bool make_owner(const struct place *place, enum type type) {
	struct child child;
	struct identity identity, owned;
	char directory[32];
	if (!spawn(&child, types[type].flag | CLONE_NEWUTS, idle, NULL)) return false;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	bool done = identify_task(directory, types[type].name, &identity);
	int fd = open_namespace(child.pid, "uts");
	end(&child);
	if (!done || fd < 0 || !identify(fd, &owned)) return false;
	say_auxiliary(place, UTS, &owned, "\"pid\":%d,\"fd\":%d", getpid(), fd);
	say_made(place, type, &identity, "\"owned\":%lu", owned.inode);
	return true;
}

static int make_peer(struct answer *answer, const void *argument) {
	(void)argument;
	struct child peer;
	if (!spawn(&peer, CLONE_NEWNET, idle, NULL)) return -1;
	int fd = make_veth("bed0", "bed1", peer.pid) ? open_namespace(peer.pid, "net") : -1;
	end(&peer);
	return fd >= 0 && identify(fd, &answer->made) ? fd : -1;
}

static bool make_veth_peer(const struct place *place, enum type type) {
	struct child child;
	struct identity near;
	char directory[32];
	if (!spawn(&child, CLONE_NEWNET, make_peer, NULL)) return false;
	keep(&child);
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	if (!identify_task(directory, "net", &near)) return false;
	say_auxiliary(place, NET, &near, "\"pid\":%d", child.pid);
	say_made(place, type, &child.answer.made, "\"pid\":%d,\"fd\":%d,\"peer\":%lu", getpid(), child.fd, near.inode);
	return true;
}

const struct place relation_places[] = {
	{"parent-only", "only a child namespace holds it (NS_GET_PARENT)", BIT(PID) | BIT(USER), make_parent,
	 "only pid and user namespaces have a parent", {0}},
	{"owner-only", "only a namespace that it owns holds it (NS_GET_USERNS)", BIT(USER), make_owner,
	 "only user namespaces own others", {0}},
	{"veth-peer", "a veth's other end lies in it (netnsid); a descriptor holds it, for a device holds none", BIT(NET),
	 make_veth_peer, "only net namespaces have devices", {0}},
	{0},
};
