/* Hiding places in and around the queues of unix sockets, which need no descriptor of their own. */
#include "bed.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define ALL 0xff
#define BIT(type) (1U << (type))

/* So deep lies the descriptor: the receiver's queue has a socket, in whose queue there is one, and so on. */
#define DEPTH 4

/* The other end of the socket in whose queue the file is now, which has no other descriptor; -1 after fail(). */
static int wrap(int fd) {
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return fail_fd("socketpair");
	bool sent = send_fd(pair[0], fd);
	close(fd);
	close(pair[0]);
	return sent ? pair[1] : -1;
}

static bool make_nested(const struct place *place, enum type type) {
	struct identity identity;
	int fd = new_namespace(type, &identity);
	for (int i = 0; fd >= 0 && i < DEPTH; i++) fd = wrap(fd);
	if (fd < 0) return false;
	say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d,\"socketInode\":%lu", getpid(), fd, inode_of(fd));
	return true;
}

/* Registered with an io_uring, the socket is in no descriptor table. */
static bool make_queue_of_nobody(const struct place *place, enum type type) {
	struct identity identity;
	struct io_uring_params parameters = {0};
	int ring = syscall(SYS_io_uring_setup, 1, &parameters);
	if (ring < 0) return fail("io_uring_setup");
	fcntl(ring, F_SETFD, FD_CLOEXEC);
	int fd = new_namespace(type, &identity), socket = fd < 0 ? -1 : wrap(fd);
	if (socket < 0) return close(ring), false;
	uint64_t inode = inode_of(socket);
	if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &socket, 1) < 0)
		return fail("io_uring_register"), close(socket), close(ring), false;
	close(socket);
	say_made(place, type, &identity, "\"socketInode\":%lu", inode);
	return true;
}

/* A socket of the bed at a path of its own, which a child finds also from another network namespace; then the path goes. */
static int bind_socket(int kind, struct sockaddr_un *address) {
	static int number;
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(address->sun_path, sizeof address->sun_path, "/tmp/bed-%d-%d", getpid(), number++);
	int fd = socket(AF_UNIX, kind | SOCK_CLOEXEC, 0);
	if (fd < 0) return fail_fd("socket");
	if (bind(fd, (void *)address, sizeof *address) < 0 || chmod(address->sun_path, 0777) < 0 ||
	    (kind == SOCK_STREAM && listen(fd, 5) < 0))
		return fail_fd("bind"), close(fd), -1;
	return fd;
}

/* Runs `body` in a child that is in the namespace, and ends it; what it sent or asked for waits in the bed's socket. */
static bool hold_message(const struct place *place, enum type type, int kind, work body) {
	struct child child;
	struct identity identity;
	struct sockaddr_un address;
	char directory[32];
	int fd = bind_socket(kind, &address), one = 1;
	if (fd < 0) return false;
	if (type == PID) setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof one);
	bool done = spawn(&child, types[type].flag, body, &address);
	unlink(address.sun_path);
	if (!done) return close(fd), false;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	done = identify_task(directory, types[type].name, &identity);
	end(&child);
	if (!done) return close(fd), false;
	say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d,\"socketInode\":%lu", getpid(), fd, inode_of(fd));
	return true;
}

static int connect_to(struct answer *answer, const void *address) {
	(void)answer;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) return fail_fd("socket");
	return connect(fd, address, sizeof(struct sockaddr_un)) < 0 ? fail_fd("connect") : NOTHING;
}

static int send_to(struct answer *answer, const void *address) {
	(void)answer;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) return fail_fd("socket");
	return sendto(fd, "", 1, 0, address, sizeof(struct sockaddr_un)) < 0 ? fail_fd("sendto") : NOTHING;
}

static bool make_connection(const struct place *place, enum type type) {
	return hold_message(place, type, SOCK_STREAM, connect_to);
}
static bool make_message(const struct place *place, enum type type) {
	return hold_message(place, type, SOCK_DGRAM, send_to);
}

/* The bed itself connects and sends; its own end is closed, so that the connection alone has the descriptor. */
static bool make_not_accepted(const struct place *place, enum type type) {
	struct identity identity;
	struct sockaddr_un address;
	int listener = bind_socket(SOCK_STREAM, &address);
	if (listener < 0) return false;
	int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool done = (client >= 0 && connect(client, (void *)&address, sizeof address) == 0) || fail("connect");
	unlink(address.sun_path);
	int fd = done ? new_namespace(type, &identity) : -1;
	done = fd >= 0 && send_fd(client, fd);
	close(fd);
	close(client);
	if (!done) return close(listener), false;
	say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d,\"socketInode\":%lu", getpid(), listener, inode_of(listener));
	return true;
}

static int bind_in_namespace(struct answer *answer, const void *address) {
	(void)answer;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) return fail_fd("socket");
	return bind(fd, address, sizeof(struct sockaddr_un)) < 0 ? fail_fd("bind") : NOTHING;
}

/* The child's socket goes with it; the bed's, which is connected to it, keeps what is left of it. */
static bool make_closed_peer(const struct place *place, enum type type) {
	struct child child;
	struct identity identity;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char directory[32];
	snprintf(address.sun_path, sizeof address.sun_path, "/tmp/bed-%d-peer", getpid());
	if (!spawn(&child, types[type].flag, bind_in_namespace, &address)) return unlink(address.sun_path), false;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	bool done = identify_task(directory, types[type].name, &identity);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (void *)&address, sizeof address) < 0) done = fail("connect");
	end(&child);
	unlink(address.sun_path);
	if (!done) return close(fd), false;
	say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d,\"socketInode\":%lu", getpid(), fd, inode_of(fd));
	return true;
}

static bool make_signal_target(const struct place *place, enum type type) {
	struct child child;
	struct identity identity;
	char directory[32];
	int pair[2];
	if (!spawn(&child, types[type].flag, idle, NULL)) return false;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	bool done = identify_task(directory, types[type].name, &identity);
	if (pipe2(pair, O_CLOEXEC) < 0 || fcntl(pair[0], F_SETOWN, child.pid) < 0) done = fail("fcntl(F_SETOWN)");
	end(&child);
	if (done) say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d", getpid(), pair[0]);
	return done;
}

const struct place queue_places[] = {
	{"fd-in-nested-queue", "an nsfs descriptor in the queue of a unix socket that lies in the queue of another, four deep", ALL,
	 make_nested, "", {0}},
	{"fd-not-accepted", "an nsfs descriptor in the queue of a connection that was not accepted yet", ALL, make_not_accepted, "",
	 {0}},
	{"queue-of-nobody", "the same of a unix socket that is among the registered files of an io_uring alone", ALL,
	 make_queue_of_nobody, "", {0}},
	{"connection", "a connection to a unix socket that was not accepted, whose maker has ended (sock_net, sk_peer_pid, sk_peer_cred)",
	 BIT(NET) | BIT(PID) | BIT(USER), make_connection, "a socket holds its network namespace, and who made it", {0}},
	{"message", "a message in the queue of a unix socket, whose sender has ended (sk_buff.sk, SCM_CREDENTIALS)",
	 BIT(NET) | BIT(PID), make_message, "a message keeps its sender's socket and PID",
	 {[USER] = "the sender's ids are kept without a reference"}},
	{"closed-peer", "a unix socket is connected to one that was made in it and is closed (unix_sock.peer)", BIT(NET),
	 make_closed_peer, "a socket holds its network namespace alone", {0}},
	{"signal-target", "the signals of a file go to a process that has ended: F_SETOWN (fown_struct.pid)", BIT(PID),
	 make_signal_target, "struct pid holds pid namespaces alone", {0}},
	{0},
};
